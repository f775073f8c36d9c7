import { know } from '../t.ts';
import words from './en/settings.json' with { type: 'json' };

know(words);
