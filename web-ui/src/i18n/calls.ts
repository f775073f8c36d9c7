import { know } from '../t.ts';
import words from './en/calls.json' with { type: 'json' };

know(words);
