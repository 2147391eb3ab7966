import { setTimeout as delay } from 'node:timers/promises';
import { type Altinn, startAltinn } from './altinn.ts';
import { localClient, localSettings } from './local-client.ts';
import { defaultResource } from './simulator.ts';
import { readStartOptions, type StartOptions } from './start-options.ts';
import type { Story } from './story/story.ts';

const directory = process.cwd();

async function start({ resource, story, ...options }: StartOptions): Promise<void> {
  const client = await localClient(directory);
  const altinn = await startAltinn({ ...options, resources: resource, clients: [client] });
  process.on('SIGINT', () => stop(altinn)).on('SIGTERM', () => stop(altinn));
  console.log(welcome(altinn, options.timeScale, resource));
  if (story) await tell(altinn, story);
}

function welcome(altinn: Altinn, timeScale: number, resources: readonly string[]): string {
  const { url } = altinn;
  const settings = Object.entries(localSettings(altinn, resources)).map(
    ([name, value]) => `  ${name}=${value}`,
  );
  return `The simulated Altinn, for development and tests only.
It listens at ${url}; ${timeScale === 0 ? 'its time stands still until it is advanced' : `an hour of its time takes ${3600 / timeScale} s`}.

Put this into the receiver's settings:
${settings.join('\n')}
The key file holds the private key of that client, a JWK made on this machine; nobody else needs it.

Send ten letters:
  curl ${url}/simulator/letters -H "Content-Type: application/json" -d '{"count":10,"dueInDays":7}'
See what is so:        curl ${url}/simulator/letters
See what happened:     curl ${url}/simulator
Move time ahead:       curl ${url}/simulator/advance -H "Content-Type: application/json" -d '{"days":8}'

Ctrl-C stops it.`;
}

/** Plays the story once there is an endpoint to hear it. */
async function tell({ simulator }: Altinn, story: Story): Promise<void> {
  console.log('\nThe story begins when a subscription is validated.');
  while (simulator.counters.validated === 0) await delay(200);
  const played = simulator.play(story);
  console.log(
    `The story of ${played.progress().letters} letters has begun, with seed ${played.progress().seed}.`,
  );
  await played.done;
  console.log(`The story is done: ${JSON.stringify(simulator.counters)}`);
}

/** npm passes on the terminal's Ctrl-C, which has come here already: the second changes nothing. */
async function stop(altinn: Altinn): Promise<void> {
  await altinn.stop();
  process.exit(0);
}

const options = readStartOptions(process.argv, defaultResource);
start(options).catch(({ code, message }: NodeJS.ErrnoException) => {
  console.error(
    code === 'EADDRINUSE'
      ? `Port ${options.port} is taken. Choose another, such as: npm run altinn:local -- --port 7081`
      : message,
  );
  process.exit(1);
});
