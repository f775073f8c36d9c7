import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReason, parseRetryAfter, splitList } from './headers.ts';
import { SipMessage } from './message.ts';
import { parseMessage, type Verdict } from './parser.ts';
import { octetsOf, serialize, textOf } from './serializer.ts';
import { isUri, parseUri, userOf } from './uri.ts';

const usual: Readonly<Record<string, string>> = {
  Via: 'SIP/2.0/UDP 192.0.2.4:5070;branch=z9hG4bKabc;rport',
  From: '"Desk, \\"one\\" <1>" <sip:11@pbx.example>;tag=f1',
  To: '<sip:12@pbx.example>',
  'Call-ID': 'c1@192.0.2.4',
  CSeq: '7 INVITE',
  'Max-Forwards': '70',
  Contact: '<sip:11@192.0.2.4:5070;transport=udp>;q=0.5',
};
const text = (
  changes: Record<string, string | undefined> = {},
  start = 'INVITE sip:12@192.0.2.1 SIP/2.0',
  body = '',
): string => {
  const lines = Object.entries({ ...usual, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${[start, ...lines].join('\r\n')}\r\n\r\n${body}`;
};
const parse = (octets: string): Verdict => parseMessage(Buffer.from(octets, 'latin1'));
const message = (octets: string): SipMessage => {
  const verdict = parse(octets);
  assert.equal(verdict.is, 'message', JSON.stringify(verdict));
  return (verdict as { message: SipMessage }).message;
};
const judged = (octets: string): string => {
  const verdict = parse(octets);
  return verdict.is === 'reply' ? String(verdict.status) : verdict.is;
};

test('a usual INVITE', () => {
  const invite = message(
    text({ 'Content-Type': 'application/sdp', 'Content-Length': '5' }, undefined, 'v=0\r\nlonger'),
  );
  assert.equal(invite.method, 'INVITE');
  assert.equal(invite.via?.branch, 'z9hG4bKabc');
  assert.equal(invite.via?.port, 5070);
  assert.equal(invite.from?.name, 'Desk, "one" <1>');
  assert.equal(invite.fromTag, 'f1');
  assert.equal(invite.toTag, '');
  assert.deepEqual(invite.cseq, { number: 7, method: 'INVITE' });
  assert.equal(invite.addresses('contact')[0]?.uri, 'sip:11@192.0.2.4:5070;transport=udp');
  assert.equal(invite.sdp, 'v=0\r\n');
});

test('compact forms, folding, odd case and blanks, several values in one field', () => {
  const folded = message(
    'INVITE sip:12@192.0.2.1 SIP/2.0\r\nv: SIP/2.0/UDP a.example;branch=z9hG4bK1 ,\r\n SIP/2.0/TCP [2001:db8::1]:5062;branch=z9hG4bK2\r\n' +
      'F : sip:11@pbx.example;tag=f1\r\nt:\r\n\t<sip:12@pbx.example>\r\nI: c\r\ncSeQ: 9\t INVITE\r\nM: <sip:a@b>, "x, y" <sip:c@d>\r\nl: 0\r\n\r\n',
  );
  assert.deepEqual(folded.list('via'), [
    'SIP/2.0/UDP a.example;branch=z9hG4bK1',
    'SIP/2.0/TCP [2001:db8::1]:5062;branch=z9hG4bK2',
  ]);
  assert.equal(folded.fromTag, 'f1');
  assert.equal(folded.to?.uri, 'sip:12@pbx.example');
  assert.equal(folded.cseq?.number, 9);
  assert.deepEqual(
    folded.addresses('contact').map(({ uri }) => uri),
    ['sip:a@b', 'sip:c@d'],
  );
});

test('responses', () => {
  const ok = message(text({ CSeq: '7 INVITE' }, 'SIP/2.0 200 '));
  assert.equal(ok.status, 200);
  assert.equal(ok.isRequest, false);
  const table: [start: string, verdict: string][] = [
    ['SIP/2.0 099 x', 'drop'],
    ['SIP/2.0 4294967301 better', 'drop'],
    ['SIP/2.0 700 x', 'drop'],
    ['SIP/7.0 200 OK', 'drop'],
    ['SIP/2.0 486 Besetzt \xfc\x00', 'message'],
    ['SIP/2.0 100', 'message'],
  ];
  for (const [start, verdict] of table) assert.equal(judged(text({}, start)), verdict, start);
  assert.equal(judged(text({ Via: undefined }, 'SIP/2.0 200 OK')), 'drop');
});

test('what is broken is refused with its code, what cannot be answered is dropped', () => {
  const many = (count: number, line: string): string => Array.from({ length: count }, () => line).join('\r\n');
  const table: [octets: string, verdict: string, about: string][] = [
    ['', 'drop', 'nothing'],
    ['\r\n\r\n', 'drop', 'a keep-alive'],
    [`\r\n\r\n${text()}`, 'message', 'CRLF before the start line'],
    ['INVITE sip:12@192.0.2.1 SIP/2.0\r\n\r\n', 'drop', 'no headers'],
    [text().replace('\r\n\r\n', '\r\n'), 'drop', 'no end of the headers'],
    [text({ Via: undefined }), 'drop', 'no Via'],
    [text({ 'Call-ID': undefined }), 'drop', 'no Call-ID'],
    [text({ CSeq: undefined }), 'drop', 'no CSeq'],
    [text({ Via: 'SIP/2.0/UDP' }), 'drop', 'a Via without place'],
    [text({}, 'INVITE sip:12@192.0.2.1 SIP/7.0'), '505', 'another version'],
    [text({}, 'INVITE sip:12@192.0.2.1'), 'drop', 'no version'],
    [text({}, 'INV{TE sip:12@192.0.2.1 SIP/2.0'), 'drop', 'a method that is no token'],
    [text({}, 'INVITE  sip:12@192.0.2.1 SIP/2.0'), '400', 'two blanks before the URI'],
    [text({}, 'INVITE <sip:12@192.0.2.1> SIP/2.0'), '400', 'a URI in angle brackets'],
    [text({}, 'INVITE sip:12@192.0.2.1; lr SIP/2.0'), '400', 'a blank in the URI'],
    [text({}, 'INVITE soap.beep://192.0.2.1 SIP/2.0'), '416', 'an unknown scheme'],
    [text({}, 'INVITE tel:+4930123 SIP/2.0'), 'message', 'a tel URI'],
    [text({}, 'INVITE sip:12@[2001:db8::1]:5061;lr SIP/2.0'), 'message', 'an IPv6 URI'],
    [text({}, 'INVITE sip:12@[2001:db8::zz] SIP/2.0'), '400', 'a broken IPv6 URI'],
    [text({}, 'INVITE sip:12@2001:db8::1 SIP/2.0'), '400', 'IPv6 without brackets'],
    [text({}, 'INVITE sip:12@192.0.2.1:0 SIP/2.0'), '400', 'port 0'],
    [text({}, `INVITE sip:${'9'.repeat(1100)}@192.0.2.1 SIP/2.0`), '400', 'a URI that is too long'],
    [text({ CSeq: '7 OPTIONS' }), '400', 'CSeq of another method'],
    [text({ CSeq: '2147483648 INVITE' }), '400', 'a CSeq that is too high'],
    [text({ CSeq: '-1 INVITE' }), '400', 'a negative CSeq'],
    [text({ 'Max-Forwards': '300' }), '400', 'Max-Forwards above 255'],
    [text({ 'Max-Forwards': '0' }), 'message', 'Max-Forwards 0 is for the user agent to judge'],
    [text({ 'Content-Length': '-5' }), '400', 'a negative length'],
    [text({ 'Content-Length': '9999' }), '400', 'a body that is too short'],
    [text({ 'Content-Length': '1, 2' }), '400', 'two lengths'],
    [text({ l: '0', 'Content-Length': '0' }), '400', 'a length that stands twice'],
    [text({ f: 'sip:a@b' }), '400', 'From twice'],
    [text({ From: '"open <sip:a@b>;tag=1' }), 'drop', 'a quote without end'],
    [text({ 'Bad Name': 'x' }), '400', 'a header name with a blank'],
    [text({ X: 'a\nVia: b' }), '400', 'a bare LF in a value'],
    [text({ X: 'a\rb' }), '400', 'a bare CR in a value'],
    [text({ X: 'y'.repeat(9000) }), '400', 'a header that is too long'],
    [text({ X: `y\r\n${many(9000, ' z')}` }), '400', 'a header folded without end'],
    [text({ X: `1\r\n${many(300, 'Y: 1')}` }), '400', 'too many headers'],
    [text({ Via: many(80, `${usual['Via']}`).replaceAll('\r\n', ',') }), '400', 'too many Vias'],
    [text({ To: '<sip:12@pbx.example> junk' }), 'drop', 'junk behind an address'],
    [text({ 'Unknown-Header': '\x00\xff ;;,,;==""' }), 'message', 'octets in a header nobody reads'],
    [
      text({ CSeq: '7 ACK', 'Max-Forwards': 'x' }, 'ACK sip:12@192.0.2.1 SIP/2.0'),
      'drop',
      'a broken ACK is never answered',
    ],
    ['x'.repeat(70_000), 'drop', 'too long'],
  ];
  for (const [octets, verdict, about] of table) assert.equal(judged(octets), verdict, about);
});

test('URIs', () => {
  const read = (uri: string) => {
    const parsed = parseUri(uri);
    return isUri(parsed) ? { ...parsed, parameters: { ...parsed.parameters } } : parsed;
  };
  assert.deepEqual(read('sip:a%20b:pw@[2001:db8::5]:5061;Transport=tcp;lr?x=y'), {
    scheme: 'sip',
    user: 'a%20b',
    host: '2001:db8::5',
    port: 5061,
    parameters: { transport: 'tcp', lr: '' },
  });
  assert.deepEqual(read('tel:+49-30-1;phone-context=x'), {
    scheme: 'tel',
    user: '+49-30-1',
    host: '',
    parameters: { 'phone-context': 'x' },
  });
  const plain = parseUri('sip:J%C3%B6rg;x@h');
  assert.equal(isUri(plain) && userOf(plain), 'Jörg');
  const broken = parseUri('sip:%zz@h');
  assert.equal(isUri(broken) && userOf(broken), '%zz');
  for (const uri of [
    '',
    'sip',
    'sip:',
    'sip:@h',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@h:port',
    'sip:a@h;',
    'tel:',
    'sip:a@h\r\nx',
  ]) {
    assert.equal(parseUri(uri), 'syntax', uri);
  }
  assert.equal(parseUri('mailto:a@b'), 'scheme');
  assert.equal(Object.getPrototypeOf((parseUri('sip:a@h;__proto__=x') as { parameters: object }).parameters), null);
});

test('lists, Reason and Retry-After', () => {
  assert.deepEqual(splitList('<sip:a,b@c>, "x\\",y" <d> ,, e'), ['<sip:a,b@c>', '"x\\",y" <d>', 'e']);
  assert.deepEqual(parseReason(['SIP;cause=200', 'Q.850 ;cause=17;text="user, busy"']), {
    q850: 17,
    text: 'user, busy',
  });
  assert.deepEqual(parseReason(['Q.850;cause=999']), {});
  assert.equal(parseReason(['SIP;cause=200']), undefined);
  assert.equal(parseRetryAfter('18000 (in a meeting);duration=3600'), 18_000_000);
  assert.equal(parseRetryAfter('soon'), undefined);
});

test('what is written can be read again; no CR or LF gets out, a NUL of the far end does', () => {
  const written = new SipMessage(
    { method: 'INFO', uri: 'sip:a@b' },
    [
      ['via', usual['Via']!],
      ['from', `"${octetsOf('Jörg')}" <sip:a@b>;tag=1`],
      ['to', '<sip:a@b>'],
      ['call-id', 'c'],
      ['cseq', '1 INFO'],
    ],
    octetsOf('ü'),
  );
  const back = message(serialize(written).toString('latin1'));
  assert.equal(textOf(back.from!.name!), 'Jörg');
  assert.equal(back.header('content-length'), '2');
  assert.equal(textOf(back.body), 'ü');
  for (const value of ['a\r\nEvil: 1', 'a\rb', 'a\nb']) {
    const evil = new SipMessage({ method: 'INFO', uri: 'sip:a@b' }, [['subject', value]]);
    assert.throws(() => serialize(evil), { code: 'sip-message' });
  }
  const quoted = new SipMessage({ method: 'INFO', uri: 'sip:a@b' }, [['to', '"\\\0" <sip:a@b>']]);
  assert.match(serialize(quoted).toString('latin1'), /^To: "\\\0" <sip:a@b>\r$/m);
  assert.throws(() => serialize(new SipMessage({ method: 'INFO', uri: 'sip:a\r\n@b' }, [])), { code: 'sip-message' });
});

/** Numbers from 0 to below 1 that a seed repeats (mulberry32). */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
const specials = '\r\n \t:;,<>"\\=@[]%\0\xff/?';

const mutate = (original: string, random: () => number): string => {
  let mutated = original;
  for (let times = 1 + Math.floor(random() * 6); times > 0; times--) {
    const at = Math.floor(random() * mutated.length);
    const length = Math.floor(random() * 20);
    const kind = Math.floor(random() * 4);
    const special = specials[Math.floor(random() * specials.length)]!;
    if (kind === 0) mutated = mutated.slice(0, at) + mutated.slice(at + length);
    else if (kind === 1) mutated = mutated.slice(0, at) + special.repeat(length) + mutated.slice(at);
    else if (kind === 2) mutated = mutated.slice(0, at) + special + mutated.slice(at + 1);
    else mutated = mutated.slice(0, at) + mutated.slice(Math.floor(random() * mutated.length));
  }
  return mutated;
};

test('20,000 mutated messages: no throw, whatever is asked of them', () => {
  const random = seeded(4475);
  const originals = [
    text({ 'Content-Length': '9' }, undefined, 'v=0\r\no=x\r\n'),
    text({}, 'SIP/2.0 180 Ringing'),
    text({ Reason: 'Q.850;cause=16' }),
  ];
  const verdicts = new Set<string>();
  for (let round = 0; round < 20_000; round++) {
    const octets = mutate(originals[round % originals.length]!, random);
    const verdict = parse(octets);
    verdicts.add(verdict.is);
    if (verdict.is === 'drop') continue;
    const { message: read } = verdict;
    for (const name of ['contact', 'route', 'via', 'record-route']) read.addresses(name);
    parseReason(read.list('reason'));
    assert.ok(read.via && read.from && read.to && read.callId !== '', octets);
    parseUri(read.uri);
  }
  assert.deepEqual([...verdicts].sort(), ['drop', 'message', 'reply']);
});

test('the worst messages within the limits take less than their millisecond', () => {
  const worst = [
    text({ X: '"'.repeat(8000) }),
    text({ Contact: Array.from({ length: 1000 }, () => '<sip:a@b>').join() }),
    text({ From: `${'"\\'.repeat(2000)} <sip:a@b>` }),
    text({ Via: `${usual['Via']}${';a=b'.repeat(1500)}` }),
    `${text().slice(0, -2)}${Array.from({ length: 190 }, (_, at) => `X-${at}: ${'y;'.repeat(150)}`).join('\r\n')}\r\n\r\n`,
    text({ CSeq: `${' '.repeat(7000)}1 INVITE` }),
    ...['a', 'X', ':', ' a', ': a'].map((line) => `${text().slice(0, -2)}${`${line}\r\n`.repeat(13_000)}\r\n`),
  ];
  for (const octets of worst) {
    const buffer = Buffer.from(octets, 'latin1');
    const took = Array.from({ length: 40 }, () => {
      const began = process.hrtime.bigint();
      const verdict = parseMessage(buffer);
      if (verdict.is !== 'drop') verdict.message.addresses('contact');
      return Number(process.hrtime.bigint() - began) / 1e6;
    });
    assert.ok(Math.min(...took) < 1, `${Math.min(...took)} ms: ${octets.slice(0, 60)}`);
  }
});
