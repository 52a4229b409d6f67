/** A program for tests: prints what `secretfile:/proc/self/fd/0` gives it. */
import { secretfile } from '../../src/providers/secretfile.ts'
import { contextOf, fetchText } from './context.ts'

process.stdout.write(String(await fetchText(secretfile, 'secretfile:/proc/self/fd/0', contextOf())))
