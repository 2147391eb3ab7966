import { Command } from 'commander';
import { makeSubscriptions } from '../../../shared/altinn/api/subscriptions.ts';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit } from '../exit.ts';
import { parseNumber } from './id.ts';

export function deleteCommand(): Command {
  const command = new Command('delete')
    .description('delete a subscription; Altinn may go on pushing to it for an hour')
    .argument('<id>', 'its number', parseNumber);
  return withCommonOptions(command, 'subscription delete 1234 --env tt02').action(
    (id: number, options: CommonOptions) =>
      perform(options, async ({ connect, output }) => {
        await makeSubscriptions(connect().platform).delete(id);
        output.result({ deleted: id });
        output.line(`Subscription ${id} is deleted. Altinn may go on pushing to its endpoint for an hour.`);
        return exit.ok;
      }),
  );
}
