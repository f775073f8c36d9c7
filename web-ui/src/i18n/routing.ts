import { know } from '../t.ts';
import words from './en/routing.json' with { type: 'json' };

know(words);
