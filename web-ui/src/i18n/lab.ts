import { know } from '../t.ts';
import words from './en/lab.json' with { type: 'json' };

know(words);
