import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from './site.ts';
import { sleep } from './wait.ts';

/** The library that lets a program believe another time of day. */
const fakeTime = (): string => {
  const folders = readdirSync('/usr/lib').map((each) => join('/usr/lib', each, 'faketime/libfaketimeMT.so.1'));
  const library = folders.find(existsSync);
  assert.ok(library, 'libfaketime');
  return library;
};

/** So long the library believes what it has read of its file. */
const CACHE_S = 1;

/** The wall clock of one program, set from outside while it runs; time that passes stays as it is. */
export class WallClock {
  readonly #path: string;

  /** `iso`: what it shows now, with its zone. */
  constructor(site: Site, iso: string) {
    this.#path = site.path('wall-clock');
    this.#write(iso);
  }

  /** For the program; `zone` is its own time zone. */
  environment(zone: string): Record<string, string> {
    return {
      ...{ LD_PRELOAD: fakeTime(), FAKETIME_TIMESTAMP_FILE: this.#path, FAKETIME_CACHE_DURATION: String(CACHE_S) },
      ...{ DONT_FAKE_MONOTONIC: '1', TZ: zone },
    };
  }

  /** Sets it, and waits until the program sees it. */
  async set(iso: string): Promise<void> {
    this.#write(iso);
    await sleep(CACHE_S * 1000 + 200);
  }

  #write(iso: string): void {
    const offsetS = Math.round((Date.parse(iso) - Date.now()) / 1000);
    writeFileSync(this.#path, `${offsetS < 0 ? '' : '+'}${offsetS}\n`);
  }
}
