import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { environment } from '../../shared/config.ts';

/** Runs Terraform without a network where it stands beside the repository: see its README. */
const OFFLINE_TOOL = '../shared/tools/tf-offline';
/** The copy of the offline tool that can be run. */
export const PREPARED = resolve('artifacts/tf-offline');
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export interface TerraformRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerraformTool {
  /** Whether a plan needs no credentials. */
  readonly offline: boolean;
  /** `terraform validate`, `test` or `plan` in a folder, initialised before. */
  run(
    command: 'validate' | 'test' | 'plan',
    folder: string,
    options?: readonly string[],
  ): TerraformRun;
}

/** Whether `terraform` is on the path. */
export function hasTerraform(): boolean {
  return spawnSync('terraform', ['-version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Installs the offline tool's packages in a copy of it, where it is found and this was not done yet.
 * @throws Error when they cannot be installed
 */
export function prepareTerraform(): void {
  if (!existsSync(OFFLINE_TOOL) || existsSync(PREPARED)) return;
  mkdirSync('artifacts', { recursive: true });
  const copy = mkdtempSync(resolve('artifacts/tf-offline-'));
  cpSync(OFFLINE_TOOL, copy, { recursive: true });
  const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: copy,
    encoding: 'utf8',
  });
  if (installed.status !== 0) throw new Error(`npm ci in ${OFFLINE_TOOL}: ${installed.stderr}`);
  // All at once: another run may be at it, and the first one counts.
  if (existsSync(PREPARED)) rmSync(copy, { recursive: true });
  else renameSync(copy, PREPARED);
}

/**
 * Terraform with the offline tool where it was prepared, else as it is.
 * @param variables added to the environment where it is offline
 */
export function terraformTool(variables: Readonly<Record<string, string>> = {}): TerraformTool {
  if (!existsSync(PREPARED)) return { offline: false, run: runPlain };
  const program = join(PREPARED, 'tf-offline');
  return {
    offline: true,
    run: (command, folder, options = []) =>
      run(program, [command, folder, '-no-color', ...options], variables),
  };
}

function runPlain(command: string, folder: string, options: readonly string[] = []): TerraformRun {
  const state = mkdtempSync(join(tmpdir(), 'audience-relay-terraform-'));
  const at = `-chdir=${folder}`;
  try {
    const settings = { TF_DATA_DIR: state };
    const initialised = run('terraform', [at, 'init', '-backend=false', '-input=false'], settings);
    if (initialised.status !== 0) return initialised;
    return run('terraform', [at, command, '-no-color', ...options], settings);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

function run(
  program: string,
  options: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): TerraformRun {
  const env = { ...environment, ...variables };
  const settings = { env, encoding: 'utf8' as const, maxBuffer: MAX_OUTPUT_BYTES };
  const { status, stdout, stderr, error } = spawnSync(program, options, settings);
  if (error !== undefined) throw error;
  return { status: status ?? 1, stdout, stderr };
}
