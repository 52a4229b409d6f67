/** What the build says about itself; scripts/build/bootstrap.cjs provides it in the one file. */
declare module 'confide:manifest' {
  export interface Manifest {
    readonly version: string
    readonly commit: string
    readonly glibc: string
    /** The version of ffi-rs. */
    readonly ffi: string
    readonly files: readonly {
      readonly name: string
      readonly bytes: number
      readonly sha256: string
    }[]
    /** By bundle: whether V8 took its code cache. */
    readonly bundles: Readonly<Record<string, 'accepted' | 'rejected' | 'none'>>
    /** To be called before the process ends without Node's exit; only a training run has it. */
    readonly leaving?: (() => void) | undefined
  }
  const manifest: Manifest
  export default manifest
}
