import { know } from '../t.ts';
import words from './en/form.json' with { type: 'json' };

know(words);
