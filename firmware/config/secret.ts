import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError } from '../core/error.ts';
import { renameDurably, systemFiles, writeSynced } from '../store/file-primitives.ts';
import type { DriverSettings } from './check.ts';
import { mapSecrets, type Place } from './describe.ts';
import { configuration } from './schema.ts';

/** What stands for a stored secret wherever a configuration is shown; sent back, it keeps the secret. */
export const HIDDEN = { secret: true } as const;

export const isHidden = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true;

/** A configuration to be shown, logged or sent: each secret that is set is `{"secret":true}`. */
export const redacted = (whole: unknown, drivers: DriverSettings): unknown =>
  overSecrets(whole, drivers, (secret) => (secret === '' ? '' : HIDDEN));

/** Changes every secret of a configuration, those of the drivers' settings too. */
const overSecrets = (
  whole: unknown,
  drivers: DriverSettings,
  change: (secret: unknown, place: Place) => unknown,
): unknown => {
  const own = mapSecrets(configuration, whole, change) as { cards?: unknown };
  if (!Array.isArray(own.cards)) return own;
  const cards = (own.cards as { id: string; driver: string; settings?: unknown }[]).map((card) => {
    const settings = Object.hasOwn(drivers, card.driver) ? drivers[card.driver]!.settings : undefined;
    if (!settings) return card;
    const mine = (secret: unknown, place: Place) => change(secret, ['cards', card.id, 'settings', ...place]);
    return { ...card, settings: mapSecrets(settings, card.settings, mine) };
  });
  return { ...own, cards };
};

const KEY_OCTETS = 32;
const IV_OCTETS = 12;
const TAG_OCTETS = 16;
const PREFIX = 'enc:v1:';

/** The device key that secrets are encrypted with at rest, and its name. */
export type DeviceKey = { readonly key: Buffer; readonly id: string };

/**
 * Reads the device key, or makes one at the first start (mode 0400). It protects copies of the settings: backups,
 * exports, a storage medium without this file; not from root on the running box. Throws `store-damaged` when the
 * file is not a key: a new one would make every stored secret unreadable.
 */
export const deviceKey = async (path: string): Promise<DeviceKey> => {
  const stored = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const key = stored ?? (await makeKey(path));
  if (key.length !== KEY_OCTETS) throw new GatewayError('store-damaged', `${path} is not a key`);
  return { key, id: createHash('sha256').update(key).digest('hex').slice(0, 8) };
};

const makeKey = async (path: string): Promise<Buffer> => {
  const key = randomBytes(KEY_OCTETS);
  await systemFiles.unlink(`${path}.tmp`);
  await writeSynced(systemFiles, `${path}.tmp`, key);
  await chmod(`${path}.tmp`, 0o400);
  await renameDurably(systemFiles, `${path}.tmp`, path);
  await systemFiles.syncFolder(dirname(path));
  return key;
};

/** The configuration as it is stored: secrets encrypted, each bound to its place. */
export const sealed = (whole: unknown, drivers: DriverSettings, key: DeviceKey): unknown =>
  overSecrets(whole, drivers, (secret, place) =>
    typeof secret === 'string' && secret !== '' ? seal(secret, place, key) : secret,
  );

/**
 * The stored configuration with its secrets readable; one that was never encrypted is taken as it is. A secret of
 * another key or place is told to `lost` and is empty then: a box whose key has gone still serves its phones.
 */
export const unsealed = (
  whole: unknown,
  drivers: DriverSettings,
  key: DeviceKey,
  lost: (error: GatewayError) => void,
): unknown =>
  overSecrets(whole, drivers, (secret, place) => {
    if (typeof secret !== 'string' || !secret.startsWith(PREFIX)) return secret;
    try {
      return unseal(secret, place, key);
    } catch (error) {
      lost(error as GatewayError);
      return '';
    }
  });

/** AES-256-GCM; the place is authenticated with it, so that one field's secret cannot be put into another. */
const seal = (secret: string, place: Place, { key, id }: DeviceKey): string => {
  const iv = randomBytes(IV_OCTETS);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(JSON.stringify(place)));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return `${PREFIX}${id}:${Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64')}`;
};

const unseal = (text: string, place: Place, { key, id }: DeviceKey): string => {
  const [, , kid, packed = ''] = text.split(':');
  const where = place.join('/');
  if (kid !== id) throw new GatewayError('store-damaged', `${where} was encrypted with another key`);
  const octets = Buffer.from(packed, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, IV_OCTETS), { authTagLength: TAG_OCTETS });
    decipher.setAAD(Buffer.from(JSON.stringify(place))).setAuthTag(octets.subarray(-TAG_OCTETS));
    return decipher.update(octets.subarray(IV_OCTETS, -TAG_OCTETS), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    throw new GatewayError('store-damaged', `${where} cannot be decrypted`);
  }
};
