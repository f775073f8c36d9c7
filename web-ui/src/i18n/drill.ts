import { know } from '../t.ts';
import words from './en/drill.json' with { type: 'json' };

know(words);
