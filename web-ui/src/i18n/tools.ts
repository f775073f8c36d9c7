import { know } from '../t.ts';
import words from './en/tools.json' with { type: 'json' };

know(words);
