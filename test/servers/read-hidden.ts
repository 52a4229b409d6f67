/** A program for tests: prints, as hexadecimal digits, what was typed on its terminal. */
import { processIo } from '../../src/commands/io.ts'

const end = process.argv[2] === 'line' ? 'line' : 'text'
const typed = await processIo().readHidden('secret: ', end)
process.stdout.write(`<${typed.toString('hex')}>\n`)
