import { Command } from 'commander';
import { makeSubscriptions } from '../../../shared/altinn/api/subscriptions.ts';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit } from '../exit.ts';
import { parseNumber } from './id.ts';
import { oneLine, shown } from './show.ts';

interface Options extends CommonOptions {
  readonly showSecrets?: boolean;
}

export function listCommand(): Command {
  const command = new Command('list').description("show all of your organization's subscriptions");
  return withCommonOptions(command, 'subscription list --env tt02')
    .option('--show-secrets', 'show the keys in the endpoints')
    .action((options: Options) =>
      perform(options, async ({ connect, output }) => {
        const subscriptions = await makeSubscriptions(connect().platform).list();
        const all = subscriptions.map((subscription) => shown(subscription, options.showSecrets));
        output.result({ count: all.length, subscriptions: all });
        for (const subscription of all) output.line(oneLine(subscription));
        if (all.length === 0) output.line('There is no subscription: make one with `subscription ensure`.');
        return exit.ok;
      }),
    );
}

export function showCommand(): Command {
  const command = new Command('show')
    .description('show one subscription')
    .argument('<id>', 'its number', parseNumber);
  return withCommonOptions(command, 'subscription show 1234 --env tt02')
    .option('--show-secrets', 'show the key in the endpoint')
    .action((id: number, options: Options) =>
      perform(options, async ({ connect, output }) => {
        const subscription = shown(await makeSubscriptions(connect().platform).get(id), options.showSecrets);
        output.result(subscription);
        output.line(oneLine(subscription));
        return exit.ok;
      }),
    );
}
