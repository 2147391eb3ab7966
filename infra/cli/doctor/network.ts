import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect, rootCertificates, type TLSSocket } from 'node:tls';
import { checkSubscription } from '../../../shared/altinn/api/subscriptions.ts';
import { readCidrs } from '../../../shared/runtime/cidr.ts';
import { isLoopback } from '../../../shared/runtime/loopback.ts';
import { type Check, fail, type Outcome, ok, skipped, warn } from './check.ts';

/** Milliseconds. */
const timeout = 10_000;
const day = 86_400_000;

/** Addresses that nobody outside can reach (RFC 1918, RFC 3927, RFC 4193). */
const unreachable = readCidrs([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
]);

export const addressResolves: Check = {
  name: 'address',
  async run({ endpoint, connection }) {
    if (!endpoint) {
      return fail('there is no endpoint to look at', "Give it: --endpoint 'https://…/api/events?code=…'");
    }
    const platform = connection.ok ? connection.value.settings.environment.platform : undefined;
    const [unfit] = checkSubscription({ endPoint: endpoint, resourceFilter: '' }, platform).filter(
      ({ property }) => property === 'endPoint',
    );
    if (unfit)
      return fail(`the endpoint ${unfit.problem}`, 'Give the address that Altinn can post to, with https');
    const { hostname } = new URL(endpoint);
    if (isLoopback(new URL(endpoint))) return ok(`${hostname} is this machine`);
    return resolve(hostname);
  },
};

async function resolve(hostname: string): Promise<Outcome> {
  try {
    const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
    const outside = found.filter(({ address }) => !unreachable.has(address));
    const addresses = found.map(({ address }) => address).join(', ');
    if (outside.length > 0) return ok(`${hostname} is ${addresses}`);
    return fail(
      `${hostname} is ${addresses}, which Altinn cannot reach`,
      'Give the endpoint a public address',
    );
  } catch (error) {
    return fail(
      `${hostname} does not resolve (${(error as { code?: string }).code})`,
      'Check the name for typing errors, and that the function app exists',
    );
  }
}

export const tlsIsTrusted: Check = {
  name: 'TLS',
  needs: ['address'],
  async run({ endpoint = '' }) {
    const url = new URL(endpoint);
    if (isLoopback(url)) return skipped('the endpoint is on this machine');
    return checkTls(url.hostname, Number(url.port || 443));
  },
};

/** Whether a server's certificate is one that everybody trusts, whatever this machine trusts besides. */
export function checkTls(host: string, port: number): Promise<Outcome> {
  return new Promise((done) => {
    const socket: TLSSocket = connect({
      host,
      port,
      servername: isIP(host) ? '' : host,
      ca: [...rootCertificates],
      timeout,
    });
    const end = (outcome: Outcome) => {
      socket.destroy();
      done(outcome);
    };
    socket.once('secureConnect', () => {
      const until = new Date(socket.getPeerCertificate().valid_to);
      const left = (until.getTime() - Date.now()) / day;
      const detail = `the certificate of ${host} is publicly trusted until ${until.toISOString().slice(0, 10)}`;
      end(
        left < 14
          ? warn(detail, 'Renew the certificate, or see why it is not renewed by itself')
          : ok(detail),
      );
    });
    socket.once('timeout', () => end(refused('no answer')));
    socket.once('error', (error: NodeJS.ErrnoException) => end(refused(error.code ?? error.message)));
    const refused = (reason: string) =>
      fail(
        `${host} has no TLS that Altinn would trust (${reason})`,
        'Give it a certificate by a public authority, with the whole chain and for this name',
      );
  });
}
