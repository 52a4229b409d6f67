/** Written by hand: what a person needs first, in the order in which it is needed. */
export const help = `Usage:
    confide [options] [--] COMMAND [ARGUMENT]...
    confide check [--json]
    confide seal --recipient RECIPIENT < SECRETS > FILE
    confide keygen --output IDENTITY
    confide --pause

Starts COMMAND, as an init does, with the secrets that its variables refer to.

Options:
    --timeout DURATION    The time limit for all secrets together (default 30s)
    --env-file FILE       Add variables from a dotenv file; the environment wins
    --only GLOB,...       Look for references in these variables only
    --except GLOB,...     Leave these variables as they are
    --deliver fd|env      How secrets reach COMMAND (default fd)
    --fd-base N           First descriptor number to use, 3 or more (default 20)
    --fd-numbers          Also set NAME_FD to the descriptor number
    --keep-credentials    Let the credentials for fetching reach COMMAND
    --drop-credentials    Drop the credentials of all providers, used or not
    -v, --verbose         Say on stderr what is done, twice for more; never a
                          value
    -h, --help            Print this help; confide check --help prints its own
    -l, --license         Print the licence
    -V, --version         Print the version; with --json what is inside

As an init, about signals and what is left behind:
    -g, --group           Send signals to COMMAND's process group
    -c, --single-child    Leave COMMAND in our process group
    --setsid              Start COMMAND in a session of its own
    -r, --rewrite S:R     Forward signal S as R; 0 drops it
    -e, --expect-status N
                          Exit with 0 when COMMAND exits with N
    --kill-after DURATION
                          Kill COMMAND this long after a SIGTERM (never)
    --grace DURATION      The time for what COMMAND leaves behind between
                          SIGTERM and SIGKILL (2s as PID 1, else none)
    -p, --parent-death-signal SIGNAL
                          The signal that we get when our parent dies
    -s, --subreaper       Say so where orphans cannot come to us
    -w, --warn-on-reap    Say so when an orphan is reaped
    -P, --pause           Start no command: reap until SIGTERM or SIGINT

What COMMAND starts with:
    --user UID[:GID]      Its user, by number or name
    --chdir DIR           Its working directory
    --umask MODE          Its umask, in octal
    --no-new-privs        No privileges by what it executes (sudo, setuid)

Each option but -h, -l and -V can be given as a variable, such as
CONFIDE_TIMEOUT=10s, CONFIDE_GROUP=1 or CONFIDE_VERBOSE=2, but not in an env
file. Options end at COMMAND. A DURATION is 500ms, 30s, 1.5m or 1h. A SIGNAL
is TERM, SIGTERM, 15 or RTMIN+3; -r and -e may be given several times.

A reference is the value of a variable, or a part of it as \${...}:
    secretfile:/run/secrets/NAME          a file, as it is
    sealed:/app/secrets.age#KEY           a key in a file encrypted with age
    vault:secret/data/app#KEY             a key in Vault; bao: in OpenBao
    arn:aws:secretsmanager:...#KEY        a key in AWS; aws-sm:NAME by name
    aws-ssm:/app/NAME                     a parameter of AWS, /app/ all below
Options follow a "?" with "&" between them: as=fd|env, mode=, owner=, optional,
default=, decode=base64, name=, prefix=. "literal:TEXT" is TEXT, "$\${" is
"\${". With prefix=APP_ each member of a JSON object is a variable APP_....

COMMAND gets NAME_FILE=/proc/self/fd/N instead of NAME: a sealed memory file
that it inherits. If a secret cannot be fetched, nothing is started. COMMAND
does not get VAULT_TOKEN or BAO_TOKEN where they were used; AWS keys stay, as
most programs use them, too (--drop-credentials drops them). It never gets
CONFIDE_AGE_IDENTITY, ..._FILE, ..._FD where anything was to be resolved.

Exit codes: that of COMMAND; 128+n for signal n; 126, 127 if it cannot be run;
64 usage, 65 wrong reference or data, 66 missing, 69 unavailable, 70 bug,
71 system, 75 time limit over, 77 permission denied, 78 configuration.

Example:
    $ export DB_PASSWORD=vault:secret/data/app#password
    $ confide -- sh -c 'cat $DB_PASSWORD_FILE'
    correct horse battery staple
`
