import type { Configuration } from '../../config/schema.ts';
import type { Notice } from './notice-machine.ts';
import { subjectOf, textOf } from './notice-text.ts';

/** A mail server or web server that says nothing for so long has failed. */
const PATIENCE_MS = 20_000;

export type NoticeSettings = Configuration['notice'];
export type Sender = (box: string, notices: readonly Notice[]) => Promise<void>;
/** Certificates that are trusted beside those of the system; for tests and own authorities. */
export type Trust = { readonly ca?: string };

/**
 * Sends a mail; rejects with what the server or the network said. With `starttls` a server that offers none is
 * refused: a password is never sent in the clear because somebody in between took the offer away.
 */
export const mailer =
  (settings: NoticeSettings, { ca }: Trust = {}): Sender =>
  async (box, notices) => {
    const { smtpHost, smtpPort, smtpSecurity, smtpUser, smtpPassword, mailFrom, mailTo } = settings;
    // few boxes send mail, and every box counts its memory
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: smtpHost,
      port: smtpPort,
      secure: smtpSecurity === 'tls',
      requireTLS: smtpSecurity === 'starttls',
      ignoreTLS: smtpSecurity === 'none',
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(smtpUser === '' ? {} : { auth: { user: smtpUser, pass: smtpPassword } }),
      ...(ca === undefined ? {} : { tls: { ca } }),
    });
    try {
      const from = mailFrom === '' ? mailTo : mailFrom;
      await transport.sendMail({ from, to: mailTo, subject: subjectOf(box, notices), text: textOf(box, notices) });
    } finally {
      transport.close();
    }
  };

/** Posts the alarms as JSON; rejects unless the answer is 2xx. Redirects are not followed: they lose the body. */
export const webhook =
  ({ webhook: url }: NoticeSettings, { ca }: Trust = {}): Sender =>
  async (box, notices) => {
    // a plane that starts while calls are up loads only what they need
    const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
    await new Promise<void>((resolve, reject) => {
      const body = JSON.stringify({ box, notices });
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const options = { method: 'POST', headers, timeout: PATIENCE_MS, ...(ca === undefined ? {} : { ca }) };
      const asked = request(url, options, (answer) => {
        answer.resume();
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`the server answered ${status}`));
      });
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      asked.once('error', reject);
      asked.end(body);
    });
  };
