import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { Refused, SECURITY_HEADERS } from './answer.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.wav': 'audio/wav',
};
/** A name with eight or more letters or digits of a digest before its ending never changes its content. */
const HASHED = /[-.][A-Za-z0-9_]{8,}\.[a-z0-9]+$/;
const A_YEAR_S = 31_536_000;
const MOST_FILES = 500;

type File = { readonly path: string; readonly octets: number; readonly gzip?: { path: string; octets: number } };

/**
 * The files of the page. They are listed once: what is asked is looked up in the list, so that no path of a request
 * ever reaches the file system.
 */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, File>;

  private constructor(files: ReadonlyMap<string, File>) {
    this.#files = files;
  }

  /** Lists a folder; one that is not there has no files. */
  static async open(folder: string): Promise<StaticFiles> {
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const names = found.filter((each) => each.isFile()).slice(0, MOST_FILES);
    const sizes = new Map<string, number>();
    for (const each of names) {
      const path = join(each.parentPath ?? each.path, each.name);
      sizes.set(path, (await stat(path)).size);
    }
    const files = [...sizes].flatMap(([path, octets]): [string, File][] => {
      if (!(extname(path) in TYPES)) return [];
      const zipped = sizes.get(`${path}.gz`);
      const gzip = zipped === undefined ? {} : { gzip: { path: `${path}.gz`, octets: zipped } };
      return [[path.slice(folder.length), { path, octets, ...gzip }]];
    });
    return new StaticFiles(new Map(files));
  }

  get count(): number {
    return this.#files.size;
  }

  /** Answers with a file; `/` is the page. Throws `not-found`. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    const name = path === '/' ? '/index.html' : path;
    const file = this.#files.get(name);
    if (!file) {
      const words = path === '/' ? 'The page is not part of this build; the HTTP API is.' : 'There is no such file.';
      throw new Refused('not-found', words);
    }
    const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) ? file.gzip : undefined;
    const chosen = zipped ?? file;
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'Content-Type': TYPES[extname(name)]!,
      'Content-Length': chosen.octets,
      'Cache-Control': HASHED.test(name) ? `public, max-age=${A_YEAR_S}, immutable` : 'no-cache',
      Vary: 'Accept-Encoding',
      ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    });
    if (request.method === 'HEAD') response.end();
    // a reader who goes away is no fault; the file is closed in any case
    else pipeline(createReadStream(chosen.path), response, () => {});
  }
}
