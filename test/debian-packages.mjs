import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The programs that tests need beside Node, each with the Debian package that brings it. */
export const programs = {
  kamailio: 'kamailio',
  kamcmd: 'kamailio',
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  tshark: 'tshark',
  dumpcap: 'wireshark-common',
  ip: 'iproute2',
  unshare: 'util-linux',
  chromium: 'chromium',
  faketime: 'faketime',
};

const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');

const missingPackages = () => {
  const missing = Object.entries(programs).filter(
    ([name]) => !folders.some((folder) => existsSync(`${folder}/${name}`)),
  );
  return [...new Set(missing.map(([, name]) => name))];
};

const apt = (...args) =>
  spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=500', '-qq', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** Installs the missing programs when root; otherwise names their packages. True when all are there. */
export const ensurePrograms = () => {
  const missing = missingPackages();
  if (missing.length === 0) return true;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0) {
    console.error(`The tests with real peers need Debian packages that are not installed. As root: ${command}`);
    return false;
  }
  console.log(`Installing Debian packages for the real peers: ${missing.join(' ')}.`);
  if (apt('update') && apt('install', '-y', '--no-install-recommends', ...missing) && missingPackages().length === 0)
    return true;
  console.error(`These programs are still missing after "${command}": ${missingPackages().join(' ')}`);
  return false;
};
