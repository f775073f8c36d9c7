import type { Import, Module } from './modules.ts';

/** All modules by path. */
export type Project = ReadonlyMap<string, Module>;

/** A source text that breaks a rule; `breaks` must be in what the rule says of it. */
export type Planted = { readonly path: string; readonly source: string; readonly breaks: string };

export type Rule = {
  /** Number of the rule in the design's list, and what it says. */
  readonly name: string;
  readonly check: (project: Project) => string[];
  readonly planted: readonly Planted[];
};

/** Tests, what only tests use (`test-*.ts`; a test call is no test), and the suites that a contract brings for whoever fulfils it. */
const isTest = (path: string): boolean =>
  path.startsWith('test/') ||
  /\.(test|long)\.ts$/.test(path) ||
  /(^|\/)(test-(?!call)[^/]*|conformance)\.ts$/.test(path);

/** Build scripts and what else runs before there is a program. */
const SCRIPTS = ['firmware/build.ts', 'web-ui/build.ts', 'firmware/profiles/sentence/make-sentences.ts'];
const isScript = (path: string): boolean => SCRIPTS.includes(path);

const products = (project: Project): Module[] =>
  [...project.values()].filter(({ path }) => !isTest(path) && !isScript(path));

const words = (module: Module, to: string): string => `${module.path} → ${to}`;

/** Every import of the chosen modules for which `allowed` is false. */
const forbidden = (modules: readonly Module[], allowed: (module: Module, each: Import) => boolean): string[] =>
  modules.flatMap((module) =>
    module.imports.filter((each) => !allowed(module, each)).map((each) => words(module, each.to)),
  );

// ── rooms ──────────────────────────────────────────────────────────────────────────────────────

const CONTROL_ROOMS = [
  ...['api', 'fleet', 'configuration', 'operation', 'records', 'status', 'system'],
  ...['ivr', 'mailbox', 'phone', 'call', 'ledger', 'leg', 'trunk', 'routing', 'sip', 'isdn', 'engine'],
] as const;
const GROUND = ['facts', 'failure', 'config', 'store', 'profiles', 'core', 'engine-protocol'] as const;

type Room =
  | (typeof CONTROL_ROOMS)[number]
  | (typeof GROUND)[number]
  | 'control-main'
  | 'engine-plane'
  | 'supervisor'
  | 'drivers'
  | 'elsewhere';

/** The composition root of the control plane: it wires the rooms and stands above all. */
const COMPOSITION = [
  'main',
  'plane',
  'rooms',
  'options',
  'ground',
  'hardware',
  'upward',
  'planning',
  'remembered',
  'line-states',
  'adoption',
  'executors',
  'rehearsal',
  'engine-service',
  'signalling',
  'faces',
  'voices',
  'doors',
  'verbs',
  'scenarios',
  'long-calls',
  'restarts',
  'work',
  'errors-page',
  'write-errors-page',
].map((name) => `firmware/control/${name}.ts`);

/** The room a file stands in. */
export const roomOf = (path: string): Room => {
  const [top, second = '', third = ''] = path.split('/');
  if (top === 'drivers') return 'drivers';
  if (top !== 'firmware') return 'elsewhere';
  if (second === 'engine') return 'engine-plane';
  if (second === 'main.ts' || second === 'supervisor') return 'supervisor';
  if (second !== 'control') return (GROUND as readonly string[]).includes(second) ? (second as Room) : 'elsewhere';
  if (COMPOSITION.includes(path)) return 'control-main';
  const name = third.replace(/\.ts$/, '');
  const known: readonly string[] = [...CONTROL_ROOMS, 'facts', 'failure'];
  return known.includes(name) ? (name as Room) : 'elsewhere';
};

const SIGNALLING = ['sip', 'isdn', 'engine'] as const;
const MANAGEMENT = ['configuration', 'operation', 'records', 'status', 'system'] as const;
const TELEPHONY = ['ivr', 'mailbox', 'phone', 'call', 'ledger', 'leg', 'trunk', 'routing'] as const;

/** The rooms that each room may import, beside itself. Whoever adds an arrow here writes a decision record. */
const below: Partial<Record<Room, readonly Room[]>> = {
  api: [...MANAGEMENT, ...GROUND],
  fleet: [...MANAGEMENT, ...GROUND],
  configuration: [...TELEPHONY, ...SIGNALLING, ...GROUND],
  operation: ['configuration', 'records', 'status', 'system', ...TELEPHONY, ...SIGNALLING, ...GROUND],
  records: ['facts', 'failure', 'store', 'core'],
  status: ['facts', 'failure', 'store', 'core'],
  system: [...SIGNALLING, ...GROUND],
  ivr: ['mailbox', 'leg', 'routing', ...SIGNALLING, ...GROUND],
  mailbox: ['leg', ...SIGNALLING, ...GROUND],
  phone: ['leg', 'routing', ...SIGNALLING, ...GROUND],
  call: ['leg', 'routing', ...GROUND],
  ledger: ['routing', 'leg', 'trunk', ...GROUND],
  leg: ['trunk', 'routing', ...SIGNALLING, ...GROUND],
  trunk: [...SIGNALLING, ...GROUND],
  routing: ['trunk', 'leg', ...GROUND],
  sip: GROUND,
  isdn: GROUND,
  engine: GROUND,
  facts: ['failure', 'core', 'engine-protocol', 'config'],
  failure: ['core', 'engine-protocol', 'profiles'],
  config: ['profiles', 'core', 'store', 'drivers'],
  profiles: ['core', 'engine-protocol'],
  store: ['core'],
  'engine-protocol': ['core'],
  core: [],
  supervisor: ['core', 'store'],
};

const downwards = (project: Project): string[] =>
  forbidden(products(project), (module, each) => {
    const allowed = below[roomOf(module.path)];
    if (!each.inside || allowed === undefined) return true;
    const room = roomOf(each.to);
    return room === roomOf(module.path) || allowed.includes(room);
  });

const inRoom = (project: Project, ...rooms: Room[]): Module[] =>
  products(project).filter(({ path }) => rooms.includes(roomOf(path)));

const firstCycle = (project: Project): string[] => {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const { to, inside } of project.get(path)?.imports ?? [])
      if (inside && project.has(to)) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of project.keys()) visit(path, []);
  return found;
};

// ── planes, drivers, packages ──────────────────────────────────────────────────────────────────

/** Files of `store/` that know nothing of what they store. */
const FILE_PRIMITIVES = /^firmware\/store\/(durable-file|whole-file|file|journal|fsync|quota)[^/]*\.ts$/;

const enginePlaneMay = (module: Module, { to, inside, typeOnly }: Import): boolean => {
  const isMain = module.path === 'firmware/engine/main.ts';
  if (!inside) return true;
  if (to.startsWith('drivers/contract/')) return typeOnly || isMain || to.endsWith('line-card.ts');
  if (to.startsWith('drivers/')) return isMain;
  return ['engine-plane', 'engine-protocol', 'core'].includes(roomOf(to)) || FILE_PRIMITIVES.test(to);
};

const driverMay = (module: Module, { to, inside }: Import): boolean => {
  const [, own = ''] = module.path.split('/');
  if (own === 'contract') return inside && to.startsWith('drivers/contract/');
  if (own === 'catalogue.ts') return inside && /^drivers\/(names|[^/]+\/(settings|driver))\.ts$/.test(to);
  if (!inside) return true;
  return to.startsWith(`drivers/${own}/`) || to.startsWith('drivers/contract/');
};

/** Who may import a package: prefixes of paths. A package that is not here may be imported by nobody. */
const owners: Readonly<Record<string, readonly string[]>> = {
  serialport: ['drivers/link/'],
  onoff: ['drivers/link/'],
  koffi: ['drivers/dahdi/', 'drivers/link/', 'firmware/engine/native/', 'firmware/core/os'],
  valibot: ['firmware/config/', 'firmware/profiles/', 'firmware/engine-protocol/', 'drivers/*/settings.ts'],
  mqtt: ['firmware/control/fleet/'],
  lowdb: ['firmware/store/'],
  pino: ['firmware/core/log.ts'],
  ws: ['firmware/control/api/'],
  nodemailer: ['firmware/control/system/'],
  selfsigned: ['firmware/control/api/certificate-maker.ts'],
  '@valibot/to-json-schema': ['firmware/config/json-schema.ts'],
  esbuild: ['firmware/build.ts', 'web-ui/build.ts'],
  preact: ['web-ui/src/'],
  '@preact/signals': ['web-ui/src/'],
};

const ownerMay = (module: Module, { to, inside }: Import): boolean => {
  if (inside || to.startsWith('node:') || to === 'computed') return true;
  return (owners[to] ?? []).some((prefix) =>
    prefix.includes('*')
      ? new RegExp(`^${prefix.replace('*', '[^/]+')}$`).test(module.path)
      : module.path.startsWith(prefix),
  );
};

// ── machines, timers ───────────────────────────────────────────────────────────────────────────

const isPure = (path: string): boolean => path.endsWith('-machine.ts') || path.startsWith('firmware/control/routing/');
const CLOCKS = ['Date', 'Date.now', 'performance', 'performance.now', 'process.hrtime', 'process.uptime'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];
const TIMER_MODULES = ['node:timers', 'node:timers/promises', 'timers', 'timers/promises'];
const TIMER_HOLDERS = ['firmware/core/runner.ts', 'firmware/core/clock.ts', 'firmware/engine/frame-clock.ts'];

/** `net.isIP` is a function of its text: a machine may reach it through the reader of SIP addresses. */
const PURE_ENOUGH = ['firmware/control/sip/message/uri.ts → node:net'];

/** What a file reaches by imports that are there when the program runs. */
const reached = (project: Project, path: string, seen = new Map<string, string>(), trail = ''): Map<string, string> => {
  for (const { to, inside, typeOnly } of project.get(path)?.imports ?? []) {
    if (typeOnly || seen.has(to)) continue;
    seen.set(to, `${trail}${path} → ${to}`);
    if (inside) reached(project, to, seen, `${trail}${path} → `);
  }
  return seen;
};

const impure = (project: Project): string[] =>
  products(project)
    .filter(({ path }) => isPure(path))
    .flatMap((module) => {
      const found = CLOCKS.filter((name) => module.globals.has(name)).map((name) => words(module, name));
      for (const { to, typeOnly } of module.imports) {
        if (to.startsWith('node:')) found.push(words(module, to));
        if (to === 'firmware/core/clock.ts' && !typeOnly) found.push(words(module, to));
      }
      for (const [to, trail] of reached(project, module.path))
        if (to.startsWith('node:') && !found.includes(trail) && !PURE_ENOUGH.some((end) => trail.endsWith(end)))
          found.push(trail);
      return found;
    });

/** A driver may keep time of its own where its contract gives none; the simulated one in these two files only. */
const SIMULATED_TIMERS = ['drivers/simulated/driver.ts', 'drivers/simulated/bench-actions.ts'];
const mayHaveTimers = (path: string): boolean =>
  // a browser has no runner
  path.startsWith('web-ui/') ||
  TIMER_HOLDERS.includes(path) ||
  SIMULATED_TIMERS.includes(path) ||
  (path.startsWith('drivers/') && !path.startsWith('drivers/simulated/'));

const timers = (project: Project): string[] =>
  products(project)
    .filter(({ path }) => !mayHaveTimers(path))
    .flatMap((module) => [
      ...TIMERS.filter((name) => module.globals.has(name)).map((name) => words(module, name)),
      ...module.imports.filter(({ to }) => TIMER_MODULES.includes(to)).map(({ to }) => words(module, to)),
    ]);

// ── the page ───────────────────────────────────────────────────────────────────────────────────

/** What the box and the page agree on; the page takes its types and none of its code. */
const PAGE_CONTRACT = [
  'firmware/control/api/wire.ts',
  'firmware/control/status/view.ts',
  'firmware/config/describe.ts',
  'firmware/config/refusal.ts',
];

const pageMay = (_: Module, { to, inside, typeOnly }: Import): boolean => {
  if (!inside) return to === 'preact' || to === '@preact/signals';
  return to.startsWith('web-ui/src/') || (typeOnly && PAGE_CONTRACT.includes(to));
};

const ofPage = (path: string): boolean => path.startsWith('web-ui/src/');

// ── the rules ──────────────────────────────────────────────────────────────────────────────────

const plant = (path: string, source: string, breaks: string): Planted => ({ path, source, breaks });

export const rules: readonly Rule[] = [
  {
    name: '1. imports point down',
    check: downwards,
    planted: [
      plant('firmware/control/sip/x.ts', "import { call } from '../call/call-machine.ts';", 'call/call-machine.ts'),
      plant('firmware/control/trunk/x.ts', "import type { Leg } from '../leg/leg.ts';", 'leg/leg.ts'),
      plant('firmware/control/phone/x.ts', "export * from '../api/server.ts';", 'api/server.ts'),
      plant('firmware/control/failure.ts', "import type { Fact } from './facts.ts';", 'control/facts.ts'),
      plant('firmware/core/x.ts', "type T = import('../config/schema.ts').Configuration;", 'config/schema.ts'),
      plant('firmware/config/x.ts', "const x = await import('../control/sip/face.ts');", 'sip/face.ts'),
    ],
  },
  {
    name: '1. faces import management and ground only',
    check: (project) =>
      forbidden(inRoom(project, 'api', 'fleet'), ({ path }, each) => {
        const allowed: readonly Room[] = [roomOf(path), ...MANAGEMENT, ...GROUND];
        return !each.inside || allowed.includes(roomOf(each.to));
      }),
    planted: [
      plant('firmware/control/api/x.ts', "import type { Trunk } from '../trunk/trunk.ts';", 'trunk/trunk.ts'),
      plant('firmware/control/fleet/x.ts', "import { x } from '../api/server.ts';", 'api/server.ts'),
    ],
  },
  {
    name: '1. records and status import only facts of the control plane',
    check: (project) =>
      forbidden(inRoom(project, 'records', 'status'), ({ path }, { to, inside }) => {
        // `failure` is the vocabulary in which facts are told
        const allowed: readonly Room[] = [roomOf(path), 'facts', 'failure', 'core', 'store'];
        return !inside || allowed.includes(roomOf(to));
      }),
    planted: [
      plant('firmware/control/records/x.ts', "import type { Call } from '../call/calls.ts';", 'call/calls.ts'),
      plant('firmware/control/status/x.ts', "import { x } from '../records/call-record.ts';", 'records/call-record.ts'),
    ],
  },
  {
    name: '1. call knows leg/leg.ts and routing, no technology and no feature',
    check: (project) =>
      forbidden(inRoom(project, 'call'), (_, { to, inside }) => {
        const room = roomOf(to);
        if (!inside || room === 'call' || room === 'routing') return true;
        return room === 'leg' ? to === 'firmware/control/leg/leg.ts' : (GROUND as readonly string[]).includes(room);
      }),
    planted: [
      plant('firmware/control/call/x.ts', "import type { SipLeg } from '../leg/sip-leg.ts';", 'leg/sip-leg.ts'),
      plant('firmware/control/call/y.ts', "import type { Trunk } from '../trunk/trunk.ts';", 'trunk/trunk.ts'),
    ],
  },
  {
    name: '1. routing takes only types of trunk and leg',
    check: (project) =>
      forbidden(inRoom(project, 'routing'), (_, { to, typeOnly }) => {
        if (roomOf(to) === 'trunk') return typeOnly && to === 'firmware/control/trunk/trunk.ts';
        return roomOf(to) !== 'leg' || (typeOnly && to === 'firmware/control/leg/leg.ts');
      }),
    planted: [
      plant('firmware/control/routing/x.ts', "import { snapshot } from '../trunk/trunk.ts';", 'trunk/trunk.ts'),
      plant('firmware/control/routing/y.ts', "import type { S } from '../trunk/sip-trunk.ts';", 'trunk/sip-trunk.ts'),
    ],
  },
  {
    name: '1. leg takes from routing only the meaning of an answer',
    check: (project) =>
      forbidden(
        inRoom(project, 'leg'),
        (_, { to }) => roomOf(to) !== 'routing' || to === 'firmware/control/routing/verdict.ts',
      ),
    planted: [plant('firmware/control/leg/x.ts', "import { plan } from '../routing/plan.ts';", 'routing/plan.ts')],
  },
  {
    name: '1. no cycles',
    check: firstCycle,
    planted: [
      plant(
        'firmware/core/machine.ts',
        "import type { Clock } from './clock.ts';",
        'machine.ts → firmware/core/clock.ts',
      ),
    ],
  },
  {
    name: '1. only the composition roots wire: nothing below imports them',
    check: (project) =>
      forbidden(products(project), ({ path }, { to }) => {
        if (COMPOSITION.includes(to)) return COMPOSITION.includes(path);
        return to !== 'firmware/engine/main.ts' && to !== 'firmware/main.ts';
      }),
    planted: [plant('firmware/control/operation/x.ts', "import { rooms } from '../main.ts';", 'control/main.ts')],
  },
  {
    name: '2. the planes share engine-protocol, core and the file primitives of store',
    check: (project) => [
      ...forbidden(inRoom(project, 'engine-plane'), enginePlaneMay),
      ...forbidden(
        products(project).filter(({ path }) => path.startsWith('firmware/') && roomOf(path) !== 'engine-plane'),
        (_, { to }) => roomOf(to) !== 'engine-plane',
      ),
    ],
    planted: [
      plant('firmware/engine/x.ts', "import type { Configuration } from '../config/schema.ts';", 'config/schema.ts'),
      plant(
        'firmware/engine/line/x.ts',
        "import { germany } from '../../profiles/countries/de.ts';",
        'countries/de.ts',
      ),
      plant('firmware/engine/y.ts', "import { x } from '../store/settings-store.ts';", 'settings-store.ts'),
      plant('firmware/control/leg/x.ts', "import { Context } from '../../engine/context.ts';", 'engine/context.ts'),
      plant(
        'firmware/engine/line/y.ts',
        "import { simulated } from '../../../drivers/simulated/driver.ts';",
        'simulated/driver.ts',
      ),
    ],
  },
  {
    name: '3. the driver contract imports nothing, a driver the contract and its package',
    check: (project) => [
      ...forbidden(inRoom(project, 'drivers'), driverMay),
      ...forbidden(
        products(project).filter(({ path }) => path.startsWith('firmware/') && path !== 'firmware/engine/main.ts'),
        ({ path }, { to }) =>
          !to.startsWith('drivers/') ||
          to.startsWith('drivers/contract/') ||
          // declarations of settings and nothing else
          ((path.startsWith('firmware/config/') || path === 'firmware/control/main.ts') &&
            /^drivers\/(catalogue\.ts|[^/]+\/settings\.ts)$/.test(to)),
      ),
    ],
    planted: [
      plant('drivers/contract/x.ts', "import { readFileSync } from 'node:fs';", 'node:fs'),
      plant('drivers/dahdi/x.ts', "import { tone } from '../simulated/tone.ts';", 'simulated/tone.ts'),
      plant('drivers/dahdi/y.ts', "import type { Log } from '../../firmware/core/log.ts';", 'core/log.ts'),
      plant(
        'firmware/control/operation/x.ts',
        "import { x } from '../../../drivers/simulated/bench-client.ts';",
        'bench-client.ts',
      ),
      plant('drivers/catalogue.ts', "import { x } from './simulated/phone.ts';", 'simulated/phone.ts'),
    ],
  },
  {
    name: '4. one owner a package',
    check: (project) =>
      forbidden([...products(project), ...[...project.values()].filter(({ path }) => isScript(path))], ownerMay),
    planted: [
      plant('firmware/control/sip/x.ts', "import * as v from 'valibot';", 'valibot'),
      plant('firmware/engine/x.ts', "import { pino } from 'pino';", 'pino'),
      plant('firmware/control/api/x.ts', "const left = await import('left-pad');", 'left-pad'),
      plant('drivers/simulated/x.ts', "import type { BaseSchema } from 'valibot';", 'valibot'),
    ],
  },
  {
    name: '5. machines and routing are pure',
    check: impure,
    planted: [
      plant('firmware/control/sip/x-machine.ts', "import { createHash } from 'node:crypto';", 'node:crypto'),
      plant('firmware/control/routing/x.ts', 'export const now = () => Date.now();', 'Date.now'),
      plant(
        'firmware/engine/line/x-machine.ts',
        "import { monotonicNow } from '../../core/clock.ts';",
        'core/clock.ts',
      ),
      plant(
        'firmware/control/call/y-machine.ts',
        "export { x } from './z.ts';\nexport const y = performance.now();",
        'performance.now',
      ),
      plant('firmware/control/phone/x-machine.ts', "import { Journal } from '../../store/durable-file.ts';", 'node:'),
    ],
  },
  {
    name: '5. no timer outside runner, clock and frame clock',
    check: timers,
    planted: [
      plant('firmware/control/trunk/x.ts', 'setTimeout(() => {}, 10);', 'setTimeout'),
      plant('firmware/engine/x.ts', "import { setInterval as every } from 'node:timers';", 'node:timers'),
      plant('firmware/control/sip/x.ts', 'globalThis.setInterval(() => {}, 10);', 'setInterval'),
      plant(
        'firmware/control/sip/y.ts',
        "import { setTimeout as sleep } from 'node:timers/promises';",
        'node:timers/promises',
      ),
      plant('drivers/simulated/x.ts', 'const later = setImmediate; later(() => {});', 'setImmediate'),
    ],
  },
  {
    name: '6. nothing but control/main.ts knows the faces, and it loads them late',
    check: (project) =>
      forbidden(products(project), ({ path }, { to, dynamic, typeOnly }) => {
        const room = roomOf(to);
        if ((room !== 'api' && room !== 'fleet') || roomOf(path) === room) return true;
        // the page has a rule of its own
        if (ofPage(path)) return true;
        return COMPOSITION.includes(path) && (dynamic || typeOnly);
      }),
    planted: [
      plant('firmware/control/call/x.ts', "import { notify } from '../api/live.ts';", 'api/live.ts'),
      plant('firmware/control/main.ts', "import { Api } from './api/server.ts';", 'api/server.ts'),
    ],
  },
  {
    name: '7. kernels are checked by their own compiler, their twins and tests stand outside',
    check: (project) =>
      [...project.values()].flatMap((module) => [
        ...(module.path.startsWith('firmware/engine/kernel/') && !module.path.endsWith('.as.ts')
          ? [`${module.path} is no kernel`]
          : []),
        ...module.imports
          .filter(({ to }) => to.endsWith('.as.ts') && !module.path.endsWith('.as.ts'))
          .map(({ to }) => words(module, to)),
      ]),
    planted: [
      plant('firmware/engine/kernel/echo.test.ts', '', 'echo.test.ts is no kernel'),
      plant('firmware/engine/sound/x.ts', "import { echo } from '../kernel/echo.as.ts';", 'echo.as.ts'),
    ],
  },
  {
    name: '8. nothing imports tests',
    check: (project) =>
      forbidden(
        [...products(project), ...[...project.values()].filter(({ path }) => isScript(path))],
        (_, { to }) => !isTest(to),
      ),
    planted: [
      plant('firmware/core/x.ts', "import { TestClock } from './test-clock.ts';", 'test-clock.ts'),
      plant('firmware/control/sip/x.ts', "import type { Site } from '../../../test/peer/site.ts';", 'peer/site.ts'),
      plant('firmware/control/sip/y.ts', "export * from './parser.test.ts';", 'parser.test.ts'),
    ],
  },
  {
    name: 'the page uses the HTTP API and nothing else',
    check: (project) => [
      ...forbidden(
        products(project).filter(({ path }) => ofPage(path)),
        pageMay,
      ),
      ...forbidden(
        products(project).filter(({ path }) => !ofPage(path)),
        (_, { to }) => !ofPage(to),
      ),
    ],
    planted: [
      plant('web-ui/src/x.ts', "import { merge } from '../../firmware/control/configuration/merge.ts';", 'merge.ts'),
      plant('web-ui/src/page/x.tsx', "import { x } from '../../../firmware/control/api/wire.ts';", 'api/wire.ts'),
      plant('web-ui/src/y.ts', "import { readFileSync } from 'node:fs';", 'node:fs'),
      plant('firmware/control/api/x.ts', "import { t } from '../../../web-ui/src/t.ts';", 'web-ui/src/t.ts'),
    ],
  },
  {
    name: 'every import can be judged: no computed import, no require',
    check: (project) =>
      products(project).flatMap((module) => [
        ...module.imports.filter(({ to }) => to === 'computed').map(({ to }) => words(module, to)),
        ...(module.globals.has('require') ? [words(module, 'require')] : []),
        ...module.imports.filter(({ to }) => to === 'node:module').map(({ to }) => words(module, to)),
      ]),
    planted: [
      plant('firmware/control/sip/x.ts', 'const name = String(1); await import(name);', 'computed'),
      plant('firmware/control/sip/y.ts', "const fs = require('fs');", 'require'),
      plant('firmware/control/sip/z.ts', "import { createRequire } from 'node:module';", 'node:module'),
    ],
  },
  {
    name: 'every file stands in a room that the design names',
    check: (project) =>
      products(project)
        .map(({ path }) => path)
        .filter((path) => path.startsWith('firmware/') && roomOf(path) === 'elsewhere')
        .map((path) => `${path} stands in no room`),
    planted: [
      plant('firmware/control/diagnostics/x.ts', '', 'diagnostics/x.ts'),
      plant('firmware/helpers/x.ts', '', 'helpers/x.ts'),
      plant('firmware/control/utilities.ts', '', 'utilities.ts'),
    ],
  },
];
