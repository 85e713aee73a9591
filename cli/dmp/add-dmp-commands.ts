import { Option, type Command } from 'commander';
import { wholeNumber } from '../whole-number.ts';
import { addLoadCommand } from './add-load-command.ts';
import { create, type CreateOptions } from './create.ts';
import { addTargetOptions, examples } from './common-options.ts';
import { mutate, type Change, type MutateOptions } from './mutate.ts';
import { ID_FIELDS, SAMPLE_CUSTOMER } from './mutations.ts';
import { validate, type CallOptions } from './validate.ts';

const MAX_CUSTOMER = 999_999_999_999_999;

/** Adds `dmp validate|create|add|remove|load`. */
export function addDmpCommands(program: Command): void {
  const group = program
    .command('dmp')
    .description('play the DMP: make the calls it makes, signed as it signs them')
    .addHelpText(
      'after',
      examples('validate', "create a.1 --name 'My audience'", 'add a.1 user-1 user-2'),
    );

  called(group.command('validate'))
    .description('validate intake both ways the DMP may, by GET and by a signed POST')
    .addHelpText('after', examples('validate', 'validate --url https://relay.example.com --json'))
    .action((options: CallOptions) => validate(options));

  called(group.command('create'))
    .description('create an audience, and tell what the person who creates it would read')
    .argument('<audience>', "the DMP's id of the audience")
    .requiredOption('--name <text>', 'its name')
    .addOption(customerOption())
    .addHelpText(
      'after',
      examples("create a.1 --name 'My audience'", "create a.1 --name 'My audience' --dry-run"),
    )
    .action((audience: string, options: CreateOptions) => create(audience, options));

  addMutation(group, 'add', 'ADD_TO_AUDIENCE');
  addMutation(group, 'remove', 'REMOVE_FROM_AUDIENCE');
  addLoadCommand(group);
}

function addMutation(group: Command, name: 'add' | 'remove', type: Change['type']): void {
  const text = name === 'add' ? 'add users to an audience' : 'remove users from an audience';
  called(group.command(name))
    .description(`${text}, in micro-batches of 100 users or one second`)
    .argument('<audience>', "the DMP's id of the audience")
    .argument('[users...]', "the users, by the third party's ids")
    .option('--users-file <path>', 'the users in a file, one a line')
    .option('--stdin', 'the users from standard input, one a line')
    .option('--generate <count>', 'so many made-up users', wholeNumber(1, 1e9))
    .option('--prefix <text>', 'what their ids begin with; 1, 2, 3, … follow', 'user-')
    .addOption(
      new Option('--id-field <field>', 'which id of theirs the users are given by')
        .choices(ID_FIELDS)
        .default('external_user_id'),
    )
    .addOption(customerOption())
    .option('--batch <count>', 'users of one request', wholeNumber(1, 10_000), 100)
    .option('--concurrency <count>', 'requests under way at once', wholeNumber(1, 100), 4)
    .option(
      '--retry <count>',
      'send a request again that gets no answer, 429 or 503',
      wholeNumber(0, 1_000),
      0,
    )
    .addHelpText(
      'after',
      examples(
        `${name} a.1 user-1 user-2`,
        `${name} a.1 --users-file users.txt --retry 5`,
        `${name} a.1 --stdin < users.txt`,
        `${name} a.1 --generate 1000 --json`,
        `${name} a.1 user-1 --dry-run`,
      ),
    )
    .action((audience: string, users: string[], options: MutateOptions) =>
      mutate({ type, audience, users }, options),
    );
}

function called(command: Command): Command {
  return addTargetOptions(command).option('--dry-run', 'only write the signed call as curl');
}

function customerOption(): Option {
  return new Option('--customer <number>', "the DMP's customer number")
    .argParser(wholeNumber(0, MAX_CUSTOMER))
    .default(SAMPLE_CUSTOMER);
}
