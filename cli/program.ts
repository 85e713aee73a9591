import { Command } from 'commander';
import { addDestinationCommands } from './destination/add-destination-commands.ts';
import { addDeadLetterCommands } from './dead-letters/add-dead-letter-commands.ts';
import { addDoctorCommand } from './doctor/add-doctor-command.ts';

const EXAMPLES_AND_CODES = `
Examples:
  audience-relay dead-letters list
  audience-relay dead-letters replay --dry-run
  audience-relay destination check my-platform.json
  audience-relay doctor
  audience-relay help dead-letters

Exit codes:
  0  done
  1  something could not be done; the output says what to do next
  2  wrong usage`;

/** The whole command line; every group of commands adds itself. */
export function createProgram(): Command {
  const program = new Command('audience-relay')
    .description('Works on an Audience Relay: the local stack, or a deployment.')
    .exitOverride()
    .showHelpAfterError('(--help tells more, with examples)')
    .addHelpText('after', EXAMPLES_AND_CODES);
  addDeadLetterCommands(program);
  addDestinationCommands(program);
  addDoctorCommand(program);
  return program;
}
