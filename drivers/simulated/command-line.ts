#!/usr/bin/env node
/** `bench SOCKET COMMAND PORT FIELD…`: the bench from a shell; without a command, one command a line from stdin. */

import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { BenchClient } from './bench-client.ts';
import { BenchRefusal, type Command, commandOf, commands, type Field } from './bench-protocol.ts';
import { inWords } from './words.ts';

const usage = `usage: bench SOCKET                       reads commands, one a line
       bench SOCKET COMMAND [PORT] [VALUE…] [FIELD=VALUE…]
       bench help                         lists the commands`;

/** The commands with their fields, for a person. */
export function helpText(): string {
  const lines = Object.entries<Command>(commands).map(([name, { help, on, fields }]) => {
    const port = on === 'none' ? [] : [on === 'any' ? 'PORT' : `${on}/N`];
    const rest = Object.entries(fields).map(([field, { optional }]) => (optional ? `[${field}=…]` : field));
    return `  ${[name, ...port, ...rest].join(' ')}\n      ${help}`;
  });
  return `${usage}\n\n${lines.join('\n')}`;
}

function fieldValue(name: string, field: Field, text: string): unknown {
  if (field.type === 'yesno' && (text === 'yes' || text === 'no')) return text === 'yes';
  if (field.type === 'yesno') return text === 'true' ? true : text === 'false' ? false : text;
  if (field.type === 'number') return text.trim() === '' ? text : Number(text);
  if (field.type === 'numbers') return text.split(/[,+]/).map(Number);
  return name === 'file' ? resolve(text) : text;
}

/** Words of a command line as a request: values in the order of the fields, or `field=value`. */
export function parseWords(words: readonly string[]): { name: string; fields: Record<string, unknown> } {
  const name = words[0] ?? '';
  const command = commandOf(name);
  if (command === undefined)
    throw new BenchRefusal('unknown-command', `${name} is no command; there are ${Object.keys(commands).join(', ')}`);
  const rest = words.slice(1);
  const fields: Record<string, unknown> = command.on === 'none' ? {} : { port: rest.shift() };
  const open = Object.keys(command.fields);
  for (const word of rest) {
    const equals = word.indexOf('=');
    const named = equals > 0 && Object.hasOwn(command.fields, word.slice(0, equals));
    const field = named ? word.slice(0, equals) : open.find((one) => !(one in fields));
    if (field === undefined)
      throw new BenchRefusal(
        'bad-field',
        `${word} is one word too many; ${name} takes ${open.join(', ') || 'nothing'}`,
      );
    fields[field] = fieldValue(field, command.fields[field]!, named ? word.slice(equals + 1) : word);
  }
  return { name, fields };
}

async function one(client: BenchClient, words: readonly string[]): Promise<void> {
  if (words[0] === 'help') {
    console.log(helpText());
    return;
  }
  const { name, fields } = parseWords(words);
  const answer = await client.request<Record<string, unknown>>(name, fields);
  console.log(inWords(name, answer));
}

async function interactive(client: BenchClient): Promise<number> {
  // Before the lines are opened: what arrives while nobody iterates over them is lost.
  await client.events((event) => console.log(inWords('event', event)));
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt: terminal ? '> ' : '',
  });
  let failures = 0;
  lines.prompt();
  for await (const line of lines) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'quit') break;
    if (words[0] !== '' && !(await attempt(() => one(client, words)))) failures++;
    lines.prompt();
  }
  return failures === 0 ? 0 : 1;
}

/** False, with the words of the error printed, where something was refused. */
async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    return false;
  }
}

/** Runs the command line; resolves with the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  const [socket, ...command] = words;
  if (socket === undefined || socket === 'help' || socket === '--help') {
    console.log(helpText());
    return socket === undefined ? 1 : 0;
  }
  let code = 1;
  await attempt(async () => {
    const client = await BenchClient.connect(socket);
    try {
      if (command.length === 0) code = await interactive(client);
      else code = (await attempt(() => one(client, command))) ? 0 : 1;
    } finally {
      client.close();
    }
  });
  return code;
}

// Run as a program (source or bundle), not when a test imports it.
if (process.argv[1] !== undefined && /(command-line\.ts|bench\.js)$/.test(process.argv[1]))
  process.exitCode = await run(process.argv.slice(2));
