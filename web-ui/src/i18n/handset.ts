import { know } from '../t.ts';
import words from './en/handset.json' with { type: 'json' };

know(words);
