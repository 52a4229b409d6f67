/** How an option's value is read. */
export type OptionKind = 'flag' | 'text' | 'number' | 'duration' | 'choice'

/** Who acts on it: the CLI in Node, the resolver (the spine passes over it), or the spine too. */
export type OptionRole = 'cli' | 'resolver' | 'spine'

/** One option, declared once: commander, the CONFIDE_* variables and the C table come from it. */
export interface Option {
  readonly name: string
  readonly letter?: string
  readonly kind: OptionKind
  readonly role: OptionRole
  /** What the help calls the value. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  /** The least number that it takes. */
  readonly minimum?: number
  /** The option that it cannot be used together with. */
  readonly conflicts?: string
  /** The variable that says the same; an option on the command line wins over it. */
  readonly variable?: string
  readonly repeatable?: true
  /** Its presence alone means that the resolver must run. */
  readonly resolves?: true
  readonly summary: string
}

export const options: readonly Option[] = [
  {
    name: 'timeout',
    kind: 'duration',
    role: 'spine',
    placeholder: 'DURATION',
    variable: 'CONFIDE_TIMEOUT',
    summary: 'Give up on all secrets after this long (default 30s)',
  },
  {
    name: 'env-file',
    kind: 'text',
    role: 'resolver',
    placeholder: 'FILE',
    variable: 'CONFIDE_ENV_FILE',
    repeatable: true,
    resolves: true,
    summary: 'Add variables from a dotenv file; the environment wins',
  },
  {
    name: 'only',
    kind: 'text',
    role: 'resolver',
    placeholder: 'GLOB,…',
    variable: 'CONFIDE_ONLY',
    repeatable: true,
    summary: 'Look for references in these variables only',
  },
  {
    name: 'except',
    kind: 'text',
    role: 'resolver',
    placeholder: 'GLOB,…',
    variable: 'CONFIDE_EXCEPT',
    repeatable: true,
    summary: 'Leave these variables as they are',
  },
  {
    name: 'deliver',
    kind: 'choice',
    role: 'resolver',
    placeholder: 'fd|env',
    choices: ['fd', 'env'],
    variable: 'CONFIDE_DELIVER',
    summary: 'How secrets reach the command (default fd)',
  },
  {
    name: 'fd-base',
    kind: 'number',
    role: 'resolver',
    placeholder: 'N',
    minimum: 3,
    variable: 'CONFIDE_FD_BASE',
    summary: 'First descriptor number to use, 3 or more (default 20)',
  },
  {
    name: 'fd-numbers',
    kind: 'flag',
    role: 'resolver',
    variable: 'CONFIDE_FD_NUMBERS',
    summary: 'Also set NAME_FD to the descriptor number',
  },
  {
    name: 'keep-credentials',
    kind: 'flag',
    role: 'resolver',
    conflicts: 'drop-credentials',
    variable: 'CONFIDE_KEEP_CREDENTIALS',
    summary: 'Let the credentials that fetch the secrets reach the command',
  },
  {
    name: 'drop-credentials',
    kind: 'flag',
    role: 'resolver',
    conflicts: 'keep-credentials',
    variable: 'CONFIDE_DROP_CREDENTIALS',
    resolves: true,
    summary: 'Drop the credentials of all providers, used or not',
  },
  {
    name: 'verbose',
    letter: 'v',
    kind: 'flag',
    role: 'spine',
    variable: 'CONFIDE_VERBOSE',
    repeatable: true,
    summary: 'Say on stderr what is done, never a value',
  },
  {
    name: 'json',
    kind: 'flag',
    role: 'cli',
    summary: 'With --version or check: print JSON',
  },
  { name: 'help', letter: 'h', kind: 'flag', role: 'cli', summary: 'Print this help' },
  { name: 'version', letter: 'V', kind: 'flag', role: 'cli', summary: 'Print the version' },
]

/** Subcommands that work today. */
export const subcommands = ['check', 'seal', 'keygen', 'help'] as const

/** Frozen names: a program of that name is run with `confide -- NAME`, today and later. */
export const reservedSubcommands = [
  'explain',
  'doctor',
  'providers',
  'copy',
  'harden',
  'agent',
  'webhook',
  'renew',
] as const
