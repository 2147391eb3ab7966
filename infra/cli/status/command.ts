import { Command, InvalidArgumentError } from 'commander';
import { type Correspondence, makeCorrespondence } from '../../../shared/altinn/api/correspondence.ts';
import { parseGuid } from '../../../shared/runtime/guid.ts';
import { type Cli, type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { type ExitCode, exit, Failure } from '../exit.ts';
import { keyVaultOption, statusWithKey } from '../key-vault.ts';
import { makeReceiver, type ReceiverStatus } from '../receiver.ts';
import { compare, type Told } from './compare.ts';

interface Options extends CommonOptions {
  readonly keyVault?: string;
  readonly receiver?: string;
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('what the receiver knows of a letter beside what Altinn says of it, differences marked')
    .argument('<correspondence id>', 'a GUID', toGuid);
  return withCommonOptions(
    command,
    "status 9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10 --env tt02 --receiver 'https://my-app.azurewebsites.net?code=…'",
  )
    .option('--receiver <url>', 'the function app, with a key (default: RECEIVER_URL)')
    .option(
      keyVaultOption,
      'take the key from there, as the signed-in user, and the address unless it is given',
    )
    .action((id: string, options: Options) => perform(options, (cli) => status(id, options, cli)));
}

async function status(id: string, options: Options, cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  const given = options.receiver ?? cli.receiver;
  const address = options.keyVault === undefined ? given : await statusWithKey(options.keyVault, given, cli);
  if (!address) throw new Failure('--receiver is missing, and RECEIVER_URL too', exit.usage);
  const receiver = makeReceiver(address);
  const correspondence = makeCorrespondence(cli.connect().platform);
  const [ours, theirs] = await Promise.all([
    receiver.status('correspondence', id),
    correspondence.details(id),
  ]);
  const told = await withPurge(theirs, ours, correspondence, id);
  const comparison = compare(ours, told);
  const differences = comparison.filter(({ differs }) => differs).map(({ fact }) => fact);

  output.result({
    correspondenceId: id,
    differences,
    facts: comparison,
    receiver: ours ?? null,
    altinn: theirs,
  });
  const isPurged = comparison.some(({ fact, altinn }) => fact === 'purged' && altinn);
  const altinn = theirs.purged ? 'purged, or never there' : (theirs.status ?? 'unknown');
  const columns = (...cells: string[]) =>
    output.line(
      cells
        .map((cell) => cell.padEnd(30))
        .join('')
        .trimEnd(),
    );
  columns('', 'receiver', 'Altinn');
  columns('status', ours?.status ?? 'nothing tracked', altinn);
  for (const { fact, receiver, altinn, differs } of comparison) {
    columns(fact, receiver ?? '-', altinn ?? (isPurged ? '?' : '-'), differs ? '<- differs' : '');
  }
  if (!theirs.purged && theirs.dueDateTime) columns('due', '', theirs.dueDateTime);
  for (const { kind, state } of ours?.followUps ?? []) columns(`follow-up ${kind}`, state);
  return differences.length > 0 ? exit.differs : exit.ok;
}

/**
 * Where something outranks a purge, a plain sender's token is not shown it in the details; then the overview is not
 * found. Asked only where we know of one that Altinn has not told.
 */
async function withPurge(
  theirs: Told,
  ours: ReceiverStatus | undefined,
  { overview }: Correspondence,
  id: string,
): Promise<Told> {
  const differs = compare(ours, theirs).some(({ fact, differs }) => fact === 'purged' && differs);
  if (!differs || !ours?.facts.purged) return theirs;
  return { ...theirs, purged: (await overview(id)).purged };
}

function toGuid(text: string): string {
  const id = parseGuid(text);
  if (!id) throw new InvalidArgumentError('It is a GUID.');
  return id;
}
