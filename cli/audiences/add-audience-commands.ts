import { Option, type Command } from 'commander';
import { AUDIENCE_STATES } from '../../shared/audience-map/audience-list.ts';
import { wholeNumber } from '../whole-number.ts';
import { list, retry, show, type CommonOptions, type ListOptions } from './actions.ts';
import { MAX_PAGE } from './audience-operations.ts';

const USUAL_PAGE = 100;

const WHERE_AND_CODES = `
Where:
  With DEAD_LETTER_SUBSCRIPTION set, on a deployment; then TOPIC, CONTROL_TOPIC and DESTINATION are needed as well,
  and GOOGLE_CLOUD_PROJECT, FIRESTORE_DATABASE and FIRESTORE_COLLECTION as the relay has them.
  Otherwise on the local stack, at PORT (8080) or --local, with the newest of HMAC_SECRETS (local-secret).

Exit codes:
  0  done; of retry: the audience is ready
  1  something could not be done; the output says what to do next
  2  wrong usage or configuration`;

/** Adds `audiences list|show|retry`. */
export function addAudienceCommands(program: Command): void {
  const group = program
    .command('audiences')
    .description('what the relay knows of the audiences of a destination, and of their segments')
    .addHelpText('after', examples('list --state failed', 'show 12345', 'retry a5940e473cea659.3'));

  common(group.command('list'))
    .description("list audiences, by the DMP's ids, a page at a time")
    .addOption(new Option('--state <state>', 'only in this state').choices(AUDIENCE_STATES))
    .option('--limit <count>', 'at most so many', wholeNumber(1, MAX_PAGE), USUAL_PAGE)
    .option('--after <id>', 'go on behind this audience')
    .addHelpText(
      'after',
      examples('list', 'list --state failed', 'list --limit 1000 --after a5940e473cea659.3 --json'),
    )
    .action((options: ListOptions) => list(options));

  common(group.command('show'))
    .description('show one audience')
    .argument('<id>', "the DMP's id of the audience, or the id of its segment")
    .addHelpText('after', examples('show a5940e473cea659.3', 'show 12345 --json'))
    .action((id: string, options: CommonOptions) => show(id, options));

  common(group.command('retry'))
    .description(
      'create the segment of an audience that failed, or is stuck, and wait up to 10 s for it',
    )
    .argument('<id>', 'as `list` tells it')
    .addHelpText('after', examples('retry a5940e473cea659.3', 'retry a5940e473cea659.3 --json'))
    .action((id: string, options: CommonOptions) => retry(id, options));
}

function common(command: Command): Command {
  return command
    .option('--local <url>', 'the local stack there, whatever the environment says')
    .option('--destination <id>', 'the audiences of this destination, where there are several')
    .option('--json', 'write JSON');
}

function examples(...lines: readonly string[]): string {
  const commands = lines.map((line) => `  audience-relay audiences ${line}`).join('\n');
  return `\nExamples:\n${commands}\n${WHERE_AND_CODES}`;
}
