/** Servers for one test, which end with it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { connectProxy, type ProxyRules } from '../servers/connect-proxy.ts'
import { type Behaviour, hostileServer } from '../servers/hostile-http.ts'
import { type Handle, rawServer } from '../servers/raw-tcp.ts'
import { type Authority, authority, type Certificate, tlsFront } from '../servers/tls.ts'

export class Stage {
  readonly #test: TestContext
  #directory: string | undefined

  constructor(t: TestContext) {
    this.#test = t
  }

  /** An empty folder. */
  get directory(): string {
    if (this.#directory !== undefined) return this.#directory
    const directory = mkdtempSync(join(tmpdir(), 'confide-fault-'))
    this.#test.after(() => rmSync(directory, { recursive: true, force: true }))
    this.#directory = directory
    return directory
  }

  file(name: string, text: string): string {
    const path = join(this.directory, name)
    writeFileSync(path, text)
    return path
  }

  async http(behaviour: Behaviour): Promise<string> {
    return await this.#keep(hostileServer(behaviour))
  }

  async raw(handle: Handle): Promise<string> {
    return await this.#keep(rawServer(handle))
  }

  async proxy(rules: ProxyRules): Promise<string> {
    return await this.#keep(connectProxy(rules))
  }

  /** `behaviour` behind this certificate. */
  async tls(certificate: Certificate, behaviour: Behaviour): Promise<string> {
    return await this.#keep(tlsFront(await this.http(behaviour), certificate))
  }

  authority(): Authority {
    return authority(this.directory)
  }

  /** The certificate of the authority itself, which nobody else has signed. */
  selfSigned({ path, pem }: Authority): Certificate {
    return { cert: pem, key: readFileSync(path.replace(/\.pem$/, '.key'), 'utf8') }
  }

  /** An address at which nobody listens any more. */
  async nowhere(): Promise<string> {
    const server = await rawServer(() => {})
    await server.stop()
    return server.address
  }

  /** Has the server stopped in the end. */
  async keep<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const server = await starting
    this.#test.after(() => server.stop())
    return server
  }

  async #keep(
    starting: Promise<{ readonly address: string; stop(): Promise<void> }>,
  ): Promise<string> {
    return (await this.keep(starting)).address
  }
}
