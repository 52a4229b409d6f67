import { matchesGlob } from './glob.ts'

/**
 * Variables that say which code runs, or whom it trusts, rather than what it works on.
 *
 * Whoever can write a secret may not become whoever writes the image, so none of these can come
 * from a name inside a secret. A name that is refused without need costs a prefix; one that is
 * missing here, somebody else's code in the command. It is a list of those that are known, and no
 * proof: a prefix that no program reads, such as APP_, is the better wall.
 *
 * Sources: glibc's sysdeps/generic/unsecvars.h and ld.so(8), sudo's initial_badenv_table and
 * initial_checkenv_table, dyld(1), systemd.exec(5), and for each runtime and tool the list of
 * variables in its manual, which is named below where it is not the obvious one.
 */
const patterns: readonly string[] = [
  // The loader and the C library.
  `LD_* LDR_* DYLD_* _RLD* LIBPATH SHLIB_PATH GLIBC_TUNABLES MALLOC_* GCONV_PATH GETCONF_DIR
   LOCPATH NLSPATH PATH_LOCALE NIS_PATH TZDIR HOSTALIASES LOCALDOMAIN RES_OPTIONS RESOLV_*
   LANG LANGUAGE LINGUAS LC_* TZ ASAN_* LSAN_* MSAN_* TSAN_* UBSAN_* LLVM_PROFILE_FILE`,
  // Shells, and what a login sets.
  `PATH IFS ENV BASH_* BASHOPTS SHELLOPTS PS0 PS1 PS2 PS3 PS4 PROMPT_COMMAND
   CDPATH FPATH MODULE_PATH GLOBIGNORE EXECIGNORE FUNCNEST NULLCMD READNULLCMD ZDOTDIR
   TMPPREFIX FCEDIT HISTFILE INPUTRC MAILPATH POSIXLY_CORRECT HOME SHELL USER LOGNAME PWD
   OLDPWD XDG_* TMPDIR TEMPDIR TMP TEMP TERM TERMINFO* TERMCAP
   TERMPATH`,
  // Whatever program it is of: options, remote shells (rsync(1)), plugins.
  '*_OPTS *_OPTIONS *_RSH *_PLUGIN_PATH',
  // Runtimes: options, search paths, agents.
  `NODE_* NPM_CONFIG_* YARN_* TS_NODE_* DENO_* BUN_* ELECTRON_* PYTHON* VIRTUAL_ENV
   CONDA_* PIP_* UV_* PERL*
   RUBY* GEM_* BUNDLE_* JAVA_* JDK_* _JAVA_OPTIONS CLASSPATH
   CATALINA_* MAVEN_* GRADLE_* DOTNET_* COMPLUS_* CORECLR_* COR_* MONO_*
   ASPNETCORE_HOSTINGSTARTUP* PHPRC PHP_* COMPOSER_* GODEBUG GOENV GOEXPERIMENT GOFLAGS
   GOPATH GOPROXY GOROOT GOTOOLCHAIN GOTRACEBACK CARGO_* RUSTC* RUSTFLAGS RUSTUP_* ERL_*
   ELIXIR_* LUA_* JULIA_* GUILE_* GHCRTS OCAML* CAML_LD_LIBRARY_PATH R_HOME R_PROFILE*
   R_LIBS* R_ENVIRON* TCLLIBPATH TCL_LIBRARY GTK_* GIO_* GST_* QT_*`,
  // Libraries that load modules or codecs: gawk's manual 2.5, HDF5's H5PL, gdal.org's
  // "Configuration options" (drivers and files), ImageMagick's "Resources",
  // gdk-pixbuf-query-loaders(1), gRPC's doc/environment_variables.md.
  `AWKPATH AWKLIBPATH HDF5_PLUGIN_PATH GDAL_* MAGICK_* GDK_PIXBUF_* GRPC_*`,
  // Frameworks whose settings are classes, modules and files of code: Spring Boot's "Externalized
  // configuration" (relaxed names) and its PropertiesLauncher, Log4j's "Configuration", Flask's
  // FLASK_APP, Django's settings, gunicorn's and uWSGI's options, Airflow's AIRFLOW__SECTION__KEY.
  `SPRING_* LOADER_* LOGGING_CONFIG LOG4J_* FLASK_* DJANGO_SETTINGS_MODULE GUNICORN_CMD_ARGS
   UWSGI_* AIRFLOW__* ANSIBLE_*`,
  // Whom to trust, and which way to go there.
  `OPENSSL_* SSL_CERT_* SSLKEYLOGFILE *_CA_BUNDLE GNUTLS_* NSS_* P11_KIT_* *_PROXY KRB5* GSS_*
   SASL_PATH SASL_CONF_PATH LDAPCONF LDAPRC LDAPTLS_* AWS_ENDPOINT_URL* AWS_CONTAINER_*
   AWS_EC2_METADATA_*`,
  // Tools with a variable for a command or for options: tar(1), rsync(1), svn's ra_svn, zip(1) and
  // unzip(1), vim's starting.txt, ex(1), apt.conf(5), make(1), kubectl diff, Terraform's "CLI
  // environment variables", gpg(1).
  `TAR_OPTIONS RSYNC_CONNECT_PROG RSYNC_RSH SVN_SSH ZIPOPT UNZIP VIMINIT EXINIT APT_CONFIG CC CXX
   KUBECTL_EXTERNAL_DIFF TF_CLI_* GNUPGHOME`,
  // Programs that start others, or load drivers, as a variable or the file that it names says.
  `EDITOR VISUAL PAGER BROWSER *_EDITOR *_PAGER MANPAGER LESS LESSOPEN LESSCLOSE LESSKEY*
   GIT_* SSH_* SUDO_* MAKEFLAGS MAKEFILES GNUMAKEFLAGS CURL_HOME WGETRC DOCKER_* KUBECONFIG
   HELM_* AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE BOTO_CONFIG CLOUDSDK_*
   GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES PSQLRC PSQL_* PGSYSCONFDIR PGSERVICEFILE
   LIBMYSQL_* MYSQL_HOME ODBC* TNS_ADMIN ORACLE_HOME SQLPATH`,
  // What the service manager says, and what confide itself reads.
  `LISTEN_PID LISTEN_FDS LISTEN_FDNAMES WATCHDOG_* NOTIFY_SOCKET MAINPID
   CREDENTIALS_DIRECTORY DBUS_* CONFIDE_*`,
].flatMap(list => list.split(/\s+/))

/**
 * Whether the variable is known to change how programs are loaded or run, in whichever case it is
 * written; also where NAME_FILE or NAME_FD would be read in its stead.
 */
export function isPerilous(variable: string): boolean {
  const name = variable.toUpperCase()
  const stem = name.replace(/_(?:FILE|FD)$/, '')
  return patterns.some(pattern => matchesGlob(pattern, name) || matchesGlob(pattern, stem))
}
