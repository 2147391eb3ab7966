import { Command } from 'commander';
import { checkCommand } from './check.ts';
import { explainCommand } from './explain.ts';

export function policyCommand(): Command {
  return new Command('policy')
    .description('see what a policy says, and whether it is right; needs no credentials')
    .addCommand(checkCommand())
    .addCommand(explainCommand());
}
