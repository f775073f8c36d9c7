import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export type Mail = {
  readonly from: string;
  readonly to: string;
  readonly secure: boolean;
  readonly user: string;
  readonly text: string;
};
export type MailServerOptions = {
  readonly key: string;
  readonly cert: string;
  /** TLS from the first octet. */
  readonly tls?: boolean;
  /** STARTTLS is not offered, as if somebody in between had taken it away. */
  readonly withoutStartTls?: boolean;
  readonly password?: string;
};

/** A mail server with TLS and faults, as far as a sender talks to one (RFC 5321, 3207, 4954). */
export class MailServer {
  readonly mails: Mail[] = [];
  /** Answers this to the next so many mails. */
  refuse: { left: number; answer: string } = { left: 0, answer: '' };
  /** Accepts connections and says nothing. */
  silent = false;
  readonly #options: MailServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: MailServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#connected(socket));
  }

  static async start(options: MailServerOptions): Promise<MailServer> {
    const server = new MailServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    if (this.silent) return;
    if (this.#options.tls) this.#talk(this.#secured(socket), true, true);
    else this.#talk(socket, false, true);
  }

  #secured(socket: Socket): TLSSocket {
    const { key, cert } = this.#options;
    const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ key, cert }) });
    return secure.on('error', () => {});
  }

  #talk(socket: Socket, secure: boolean, greets: boolean): void {
    let rest = '';
    let data: string[] | undefined;
    let mail = { from: '', to: '', user: '' };
    const say = (...lines: string[]): void => void socket.write(lines.map((line) => `${line}\r\n`).join(''));
    const command = (line: string): void => {
      const verb = line.split(/[ :]/)[0]!.toUpperCase();
      if (verb === 'EHLO') {
        const offers = secure ? ['AUTH PLAIN'] : this.#options.withoutStartTls ? [] : ['STARTTLS'];
        say('250-mail.test', ...offers.map((offer) => `250-${offer}`), '250 SIZE 1000000');
      } else if (verb === 'STARTTLS' && this.#options.withoutStartTls) say('502 not here');
      else if (verb === 'STARTTLS') {
        say('220 go on');
        socket.removeAllListeners('data');
        this.#talk(this.#secured(socket), true, false);
      } else if (verb === 'AUTH') {
        const [, user = '', password = ''] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        mail = { ...mail, user };
        say(password === this.#options.password ? '235 welcome' : '535 5.7.8 authentication failed');
      } else if (verb === 'MAIL') {
        mail = { ...mail, from: line.slice(10) };
        say('250 ok');
      } else if (verb === 'RCPT') {
        mail = { ...mail, to: line.slice(8) };
        if (this.refuse.left > 0) {
          this.refuse.left--;
          say(this.refuse.answer);
        } else say('250 ok');
      } else if (verb === 'DATA') {
        data = [];
        say('354 go on');
      } else say(verb === 'QUIT' ? '221 bye' : '250 ok');
    };
    socket.on('data', (octets: Buffer) => {
      const lines = (rest + octets.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data === undefined) command(line);
        else if (line !== '.') data.push(line);
        else {
          this.mails.push({ ...mail, secure, text: data.join('\n') });
          data = undefined;
          say('250 taken');
        }
      }
    });
    if (greets) say('220 mail.test');
  }
}
