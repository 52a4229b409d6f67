/** Fetches what the tests need beyond packages of npm and Debian; each thing once. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { say } from '../build/progress.ts'
import { installMinistack } from '../install-aws.ts'
import { installOpenbao } from '../install-openbao.ts'

/** Docker's seccomp profile comes as a Go module; go.sum's checksum database vouches for it. */
const PROFILES = 'github.com/moby/profiles/seccomp@v0.2.3'

export function prepare(root: string): void {
  mkdirSync(join(root, 'build'), { recursive: true })
  fetchSeccompProfile(join(root, 'build', 'moby-default.json'))
  installOpenbao()
  installMinistack()
}

function fetchSeccompProfile(path: string): void {
  if (existsSync(path)) return
  say("fetching Docker's seccomp profile")
  const text = execFileSync('go', ['mod', 'download', '-json', PROFILES], { encoding: 'utf8' })
  const { Dir: folder } = JSON.parse(text) as { Dir: string }
  copyFileSync(join(folder, 'default.json'), path)
}
