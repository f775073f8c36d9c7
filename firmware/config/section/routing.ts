import * as v from 'valibot';
import { choice, flag, optionalText, whole } from '../setting.ts';

export const routing = v.strictObject({
  digitMap: optionalText({
    title: 'Digit map',
    help: 'When a dialled number is complete, such as [2-8]xxx|0T|*xx. Extensions are added by themselves.',
    max: 1024,
    default: 'x.T',
    form: { is: /^[0-9A-DxXT.*#|[\]-]+$/, words: 'must be made of 0-9 A-D * # x . T | and [ ] with -' },
  }),
  firstDigitS: whole({
    title: 'First digit',
    help: 'Wait for the first digit.',
    unit: 's',
    min: 5,
    max: 60,
    default: 16,
  }),
  interDigitS: whole({
    title: 'Between digits',
    help: 'Wait for the next digit.',
    unit: 's',
    min: 1,
    max: 30,
    default: 4,
  }),
  exchangeFallback: flag({
    title: 'Exchange line as fallback',
    help: 'Outside calls go to an exchange line when no softswitch takes them.',
    default: true,
  }),
  phoneRingS: whole({
    title: 'Ring time of phones',
    help: 'How long a phone rings for an outside call.',
    unit: 's',
    min: 5,
    max: 300,
    default: 120,
  }),
  prefixMode: choice({
    title: 'Prefixes',
    help: 'longest: only routes of the longest prefix that fits; shorter: when those fail, shorter ones (U12).',
    of: ['longest', 'shorter'],
    default: 'longest',
  }),
  outsidePrefix: optionalText({
    title: 'Outside prefix',
    help: 'Dialled before outside numbers, such as 0 or 9, and not sent; empty: none.',
    max: 4,
    default: '',
    form: { is: /^[0-9*#]*$/, words: 'must be digits, * and #' },
  }),
  protectDelayS: whole({
    title: 'Before protect trunks',
    help: 'So long normal trunks are tried again before a protect trunk is used (U7).',
    unit: 's',
    min: 0,
    max: 180,
    default: 0,
  }),
  duplicateAnswer: whole({
    title: 'Answer to the second of one call',
    help: 'SIP status for a call that came over two trunks, 2 s after the first was answered (U1).',
    min: 400,
    max: 699,
    default: 482,
  }),
});
