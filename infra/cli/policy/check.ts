import { Command } from 'commander';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit } from '../exit.ts';
import { policyHere } from './read.ts';

export function checkCommand(): Command {
  const command = new Command('check')
    .description('whether the app takes a policy; names all that is wrong with it')
    .argument('[file]', 'its file (default: as the app takes it)');
  return withCommonOptions(command, 'policy check follow-up.policy.json').action(
    (file: string | undefined, options: CommonOptions) =>
      perform(options, async ({ output, environment }) => {
        const { policy, from } = policyHere(file, environment);
        const [kinds, channels] = [[...policy.kinds], [...policy.channels.keys()]];
        output.line(`${from} is right: ${policy.hash}`);
        output.line(`followed up: ${kinds.join(', ') || 'nothing'}`);
        output.line(`channels:    ${channels.join(', ') || 'none'}`);
        output.result({ from, hash: policy.hash, kinds, channels });
        return exit.ok;
      }),
  );
}
