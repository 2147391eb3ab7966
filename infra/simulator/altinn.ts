import { exchangeRoutes, readCaller } from './altinn-token.ts';
import { fraction } from './chance.ts';
import { attachmentRoutes } from './correspondence/attachment-routes.ts';
import { listRoute } from './correspondence/list.ts';
import { correspondenceRoutes } from './correspondence/routes.ts';
import { eventRoutes } from './events/routes.ts';
import type { Call } from './http/answer.ts';
import { listen, serve } from './http/server.ts';
import type { ClientRegistration } from './maskinporten/clients.ts';
import { type IssuerKeys, issuerKey } from './maskinporten/issuer-key.ts';
import { maskinportenRoutes } from './maskinporten/routes.ts';
import { askCondition, conditionToken } from './notifications/condition.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { Simulator, type SimulatorOptions } from './simulator.ts';
import { simulatorRoutes } from './simulator-routes.ts';
import { subscriptionRoutes } from './subscriptions/routes.ts';

export interface AltinnOptions extends SimulatorOptions {
  /** A free one when it is 0, or not given. */
  readonly port?: number;
  readonly clients?: readonly ClientRegistration[];
  /** Whether tokens live by the simulated clock; by the real one when not given, as who calls does. */
  readonly tokensBySimulatedClock?: boolean;
}

export interface Altinn {
  /** For `ALTINN_ENVIRONMENT`. */
  readonly url: string;
  /** For `MASKINPORTEN_URL`: the issuer. */
  readonly maskinportenUrl: string;
  readonly simulator: Simulator;
  /** Maskinporten signs with a new key, and the old one is gone. */
  rotateIssuerKey(): Promise<void>;
  /** A token as Altinn Notifications asks a condition with; a claim that is `undefined` is left out. */
  conditionToken(changes?: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the simulated Altinn on 127.0.0.1: Maskinporten, the platform's APIs, and its own under `/simulator`.
 * Rejects with `code: 'EADDRINUSE'` when the port is taken.
 *
 * @example
 * const altinn = await startAltinn({ timeScale: 0 });
 * const [id] = altinn.simulator.createLetters({ dueInDays: 7 });
 * await altinn.simulator.advance({ days: 8 });
 */
export async function startAltinn({
  port = 0,
  clients = [],
  tokensBySimulatedClock = false,
  ...options
}: AltinnOptions = {}): Promise<Altinn> {
  const simulator = new Simulator(options);
  for (const client of clients) simulator.clients.register(client);
  const keys: IssuerKeys = {
    maskinporten: await issuerKey('maskinporten'),
    platform: await issuerKey('platform'),
  };
  const { server, url } = await listen(port);
  const now = tokensBySimulatedClock ? () => simulator.clock.now() : Date.now;
  const caller = (call: Call) => readCaller({ url, key: keys.platform, now }, call);
  const parts = { ...simulator, url, readCaller: caller };
  let drawn = 0;
  const asker = { issuer: `${url}/maskinporten/`, keys, now };
  simulator.notifications.askBy((endpoint) => askCondition(endpoint, asker));
  let rotated = 0;
  const rotateIssuerKey = async () => {
    keys.maskinporten = await issuerKey(`maskinporten-${++rotated}`);
  };
  serve(
    server,
    url,
    [
      ...maskinportenRoutes({ url, clients: simulator.clients, keys, now }),
      ...exchangeRoutes({ url, clients: simulator.clients, keys, now }),
      ...subscriptionRoutes(parts),
      ...eventRoutes(parts),
      listRoute(simulator.letters, simulator, caller),
      ...correspondenceRoutes(simulator.letters, caller),
      ...attachmentRoutes(simulator.letters, caller),
      ...notificationRoutes(simulator, url, caller),
      ...simulatorRoutes(simulator, url, rotateIssuerKey),
    ],
    {
      of(api) {
        simulator.calls[api] += 1;
        return simulator.troubles.of(api);
      },
      draw: () => fraction(simulator.seed, 'trouble', drawn++),
    },
  );
  return {
    url,
    maskinportenUrl: `${url}/maskinporten/`,
    simulator,
    rotateIssuerKey,
    conditionToken: (changes) => conditionToken(asker, changes),
    stop() {
      simulator.stop();
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
