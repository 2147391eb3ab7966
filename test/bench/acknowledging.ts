import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { QueueClient } from '@azure/storage-queue';
import { sampleEvent } from '../../infra/dev/sample-event.ts';
import { median, percentile, table } from './report.ts';

const ways = {
  a: 'bare node:http, Put Message signed by hand',
  b: "bare node:http, the library's sendMessage",
  c: 'our handler behind bare node:http',
  d: 'the embedded host with the deployed bundle',
};
type Way = keyof typeof ways;
const rounds = 5;
const seconds = 2;

interface Run {
  perSecond: number;
  p50: number;
  p99: number;
  /** CPU milliseconds of the serving process for each request. */
  cpu: number;
}

/** Compares the ways of acknowledging, in turns, and prints medians over the rounds. */
export async function benchAcknowledging(connectionString: string): Promise<void> {
  const queue = new QueueClient(connectionString, 'correspondence-events');
  await queue.createIfNotExists();
  const servers = {} as Record<Way, { child: ChildProcess; port: number }>;
  for (const way of Object.keys(ways) as Way[]) {
    const child = fork('test/bench/serve.ts', [way], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, AzureWebJobsStorage: connectionString },
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    servers[way] = { child, port };
    await load(servers[way], 16, 2);
  }

  for (const connections of [1, 16, 64]) {
    const runs: Record<Way, Run[]> = { a: [], b: [], c: [], d: [] };
    for (let round = 0; round < rounds; round++) {
      for (const way of Object.keys(ways) as Way[]) {
        runs[way].push(await load(servers[way], connections, seconds));
      }
    }
    const middle = (way: Way, of: keyof Run) => median(runs[way].map((run) => run[of]));
    console.log(
      `\nAcknowledging, ${connections} connection${connections > 1 ? 's' : ''} (medians of ${rounds} × ${seconds} s)\n`,
    );
    table(
      ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms/request', 'CPU ÷ b'],
      (Object.keys(ways) as Way[]).map((way) => [
        `${way}: ${ways[way]}`,
        middle(way, 'perSecond').toFixed(0),
        middle(way, 'p50').toFixed(2),
        middle(way, 'p99').toFixed(2),
        middle(way, 'cpu').toFixed(3),
        // Ratios of one round, so that what else the machine does falls on both.
        median(runs[way].map((run, round) => run.cpu / (runs.b[round] as Run).cpu)).toFixed(2),
      ]),
    );
  }
  for (const { child } of Object.values(servers)) child.disconnect();
}

async function load(
  server: { child: ChildProcess; port: number },
  connections: number,
  forSeconds: number,
): Promise<Run> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const cpuBefore = await cpuOf(server.child);
  const began = performance.now();
  const until = began + forSeconds * 1000;
  const send = async () => {
    while (performance.now() < until) {
      const body = JSON.stringify(sampleEvent('correspondencepublished'));
      const sent = performance.now();
      const status = await post(server.port, agent, body);
      if (status !== 200) throw new Error(`answered ${status}`);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
  const took = (performance.now() - began) / 1000;
  const cpu = ((await cpuOf(server.child)) - cpuBefore) / 1000 / latencies.length;
  agent.destroy();
  latencies.sort((x, y) => x - y);
  return {
    perSecond: latencies.length / took,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpu,
  };
}

function post(port: number, agent: Agent, body: string): Promise<number> {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const path = '/api/events?code=bench';
    const outgoing = request(
      { host: '127.0.0.1', port, method: 'POST', path, agent, headers },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    outgoing.on('error', reject).end(body);
  });
}

/** Microseconds of CPU that the process has used so far. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}
