import { once } from 'node:events';
import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { NotDelivered, PerhapsDelivered } from './channel.ts';

/** How to reach a mail server. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte; `starttls`: before anything is said, or not at all. */
  readonly tls: 'implicit' | 'starttls' | 'off';
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** A certificate in PEM that is trusted besides those that Node.js trusts. */
  readonly ca: string | undefined;
  /** What the server is called in the texts of errors. */
  readonly called: string;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** Milliseconds until the server has greeted, TLS included; and that it may be silent after that. */
const greetingMs = 15_000;
const silenceMs = 30_000;

/**
 * Hands one message to a mail server.
 * @returns what the server answered: codes alone, since its texts may name addresses
 * @throws NotDelivered when the server refused it, or never had the whole of it; PerhapsDelivered when it had it, and said
 * nothing
 */
export async function sendBySmtp(
  server: SmtpServer,
  envelope: Envelope,
  message: Buffer,
  aborted: AbortSignal,
): Promise<string> {
  // Loaded with the first message: most apps send none by e-mail.
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const { host, port, tls, ca, user, password } = server;
  const connection = new Connection({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'off',
    connectionTimeout: greetingMs,
    greetingTimeout: greetingMs,
    socketTimeout: silenceMs,
    tls: { minVersion: 'TLSv1.2', ...(ca && { ca }) },
  });
  let isHandedOver = false;
  try {
    const { response, rejected } = await orAborted(aborted, async () => {
      await failing(connection, (done) => connection.connect(done));
      if (user !== undefined) {
        const auth = { user, pass: password ?? '' };
        await failing(connection, (done) => connection.login(auth, done));
      }
      return failing<{ response: string; rejected: string[] }>(connection, (done) =>
        connection.send(
          { from: envelope.from, to: [...envelope.to] },
          noticed(message, () => {
            isHandedOver = true;
          }),
          done,
        ),
      );
    });
    connection.quit();
    const refused =
      rejected.length > 0 ? `; ${rejected.length} of ${envelope.to.length} addresses refused` : '';
    return `${codesOf(response)}${refused}`;
  } catch (error) {
    connection.close();
    throw faultOf(error as SmtpError, isHandedOver, server.called);
  }
}

type SmtpError = Error & {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
};

/** Waits for a callback, or for the connection to fail. */
function failing<T>(
  connection: SMTPConnection,
  start: (done: (error?: Error | null, result?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    start((error, result) => {
      connection.off('error', reject);
      // What fails later has been told, or is of no interest any more.
      connection.on('error', () => {});
      if (error) reject(error);
      else resolve(result as T);
    });
  });
}

async function orAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = once(signal, 'abort').then(() => {
    throw Object.assign(new Error('aborted'), { code: 'ABORTED' });
  });
  return Promise.race([work(), aborted]);
}

/** The message as a stream that says when it begins to be read: the server has agreed to take it then. */
function noticed(message: Buffer, begins: () => void): Readable {
  return new Readable({
    read() {
      begins();
      this.push(message);
      this.push(null);
    },
  });
}

/** Source: RFC 5321, section 4.2.1: a 4yz reply is for now, a 5yz reply for good. */
function faultOf(error: SmtpError, isHandedOver: boolean, called: string): NotDelivered | PerhapsDelivered {
  const { responseCode, response = '', originalCode, code = error.name, command } = error;
  if (responseCode) {
    const at = command && /^[A-Z ]{1,20}$/.test(command) ? ` to ${command}` : '';
    const permanent = responseCode >= 500;
    return new NotDelivered(`${called} answered ${codesOf(response)}${at}`, { permanent });
  }
  const reason = `${called} did not take the message (${originalCode ?? code})`;
  return isHandedOver ? new PerhapsDelivered(reason) : new NotDelivered(reason);
}

/** The reply's code and, where there is one, its enhanced code (RFC 3463). */
function codesOf(response: string): string {
  const [, code, enhanced] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})(?=\s|$))?/.exec(response) ?? [];
  return [code, enhanced].filter(Boolean).join(' ');
}
