import { know } from '../t.ts';
import words from './en/mailbox.json' with { type: 'json' };

know(words);
