/** How an option's value is read. */
export type OptionKind =
  | 'flag'
  | 'text'
  | 'number'
  | 'duration'
  | 'choice'
  | 'signal'
  | 'rewrite'
  | 'status'
  | 'mask'
  | 'user'

/**
 * Who acts on it: the CLI in Node, the resolver (the spine passes over it), or the spine too.
 *
 * Those with the role `init` are the spine's alone: how it starts and keeps the command. Node
 * reads them only to say what is wrong, as a variable of them that is wrong stops every start.
 */
export type OptionRole = 'cli' | 'resolver' | 'spine' | 'init'

/** One option, declared once: commander, the CONFIDE_* variables and the C table come from it. */
export interface Option {
  readonly name: string
  readonly letter?: string
  readonly kind: OptionKind
  readonly role: OptionRole
  /** What the help calls the value. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  /** The least number that it takes; for a duration, the least nanoseconds. */
  readonly minimum?: number
  /** Those that it cannot be used together with, and why; written down at one of the two. */
  readonly conflicts?: Readonly<Record<string, string>>
  /** The variable that says the same; an option on the command line wins over it. */
  readonly variable?: string
  readonly repeatable?: true
  /** Its presence alone means that the resolver must run. */
  readonly resolves?: true
  readonly summary: string
}

const withoutCommand = '--pause starts no command that it could be for'

export const options: readonly Option[] = [
  {
    name: 'timeout',
    kind: 'duration',
    role: 'spine',
    minimum: 1,
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
    conflicts: {
      'drop-credentials':
        'by default VAULT_TOKEN and BAO_TOKEN are dropped where they were used, AWS keys are not',
    },
    variable: 'CONFIDE_KEEP_CREDENTIALS',
    summary: 'Let the credentials that fetch the secrets reach the command',
  },
  {
    name: 'drop-credentials',
    kind: 'flag',
    role: 'resolver',
    variable: 'CONFIDE_DROP_CREDENTIALS',
    resolves: true,
    summary: 'Drop the credentials of all providers, used or not',
  },
  {
    name: 'subreaper',
    letter: 's',
    kind: 'flag',
    role: 'init',
    variable: 'CONFIDE_SUBREAPER',
    summary: 'Say so where orphans cannot come to us; they do by default',
  },
  {
    name: 'group',
    letter: 'g',
    kind: 'flag',
    role: 'init',
    conflicts: {
      'single-child': 'a command that stays in our process group has none of its own',
    },
    variable: 'CONFIDE_GROUP',
    summary: "Send signals to the command's process group",
  },
  {
    name: 'single-child',
    letter: 'c',
    kind: 'flag',
    role: 'init',
    conflicts: { setsid: 'the leader of a session has a process group of its own' },
    variable: 'CONFIDE_SINGLE_CHILD',
    summary: 'Leave the command in our process group',
  },
  {
    name: 'setsid',
    kind: 'flag',
    role: 'init',
    variable: 'CONFIDE_SETSID',
    summary: 'Start the command in a session of its own',
  },
  {
    name: 'parent-death-signal',
    letter: 'p',
    kind: 'signal',
    role: 'init',
    placeholder: 'SIGNAL',
    variable: 'CONFIDE_PARENT_DEATH_SIGNAL',
    summary: 'The signal that we get when our parent dies',
  },
  {
    name: 'rewrite',
    letter: 'r',
    kind: 'rewrite',
    role: 'init',
    placeholder: 'S:R',
    variable: 'CONFIDE_REWRITE',
    repeatable: true,
    summary: 'Forward signal S as R; 0 drops it',
  },
  {
    name: 'expect-status',
    letter: 'e',
    kind: 'status',
    role: 'init',
    placeholder: 'N',
    variable: 'CONFIDE_EXPECT_STATUS',
    repeatable: true,
    summary: 'Exit with 0 when the command exits with N',
  },
  {
    name: 'warn-on-reap',
    letter: 'w',
    kind: 'flag',
    role: 'init',
    variable: 'CONFIDE_WARN_ON_REAP',
    summary: 'Say so when an orphan is reaped',
  },
  {
    name: 'grace',
    kind: 'duration',
    role: 'init',
    placeholder: 'DURATION',
    variable: 'CONFIDE_GRACE',
    summary: 'The time for what the command leaves behind (as PID 1 2s, else none)',
  },
  {
    name: 'kill-after',
    kind: 'duration',
    role: 'init',
    placeholder: 'DURATION',
    minimum: 1,
    variable: 'CONFIDE_KILL_AFTER',
    summary: 'Kill the command this long after a SIGTERM',
  },
  {
    name: 'user',
    kind: 'user',
    role: 'init',
    placeholder: 'UID[:GID]',
    variable: 'CONFIDE_USER',
    summary: 'Run the command as this user, by number or name',
  },
  {
    name: 'chdir',
    kind: 'text',
    role: 'init',
    placeholder: 'DIR',
    variable: 'CONFIDE_CHDIR',
    summary: 'Start the command in this directory',
  },
  {
    name: 'umask',
    kind: 'mask',
    role: 'init',
    placeholder: 'MODE',
    variable: 'CONFIDE_UMASK',
    summary: 'Start the command with this umask, in octal',
  },
  {
    name: 'no-new-privs',
    kind: 'flag',
    role: 'init',
    variable: 'CONFIDE_NO_NEW_PRIVS',
    summary: 'Let the command gain no privileges by what it executes',
  },
  {
    name: 'pause',
    letter: 'P',
    kind: 'flag',
    role: 'init',
    conflicts: {
      group: withoutCommand,
      'single-child': withoutCommand,
      setsid: withoutCommand,
      rewrite: withoutCommand,
      'expect-status': withoutCommand,
      'kill-after': withoutCommand,
      user: withoutCommand,
      chdir: withoutCommand,
      umask: withoutCommand,
      'no-new-privs': withoutCommand,
      'env-file': withoutCommand,
      'drop-credentials': withoutCommand,
    },
    variable: 'CONFIDE_PAUSE',
    summary: 'Start no command: reap until SIGTERM or SIGINT',
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
  { name: 'license', letter: 'l', kind: 'flag', role: 'cli', summary: 'Print the licence' },
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
