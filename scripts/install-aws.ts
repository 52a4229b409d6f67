/** Installs the two stand-ins for AWS, from their Python packages. */
import { installPython } from './python-package.ts'

/** The folder of ministack's virtual environment; the first call takes 15 s and 90 MB. */
export function installMinistack(): string {
  return installPython('ministack-1.5.33', 'ministack==1.5.33')
}

/**
 * The folder of moto's virtual environment; the first call takes 20 s and 139 MB.
 *
 * moto[server] would install 317 MB: what it needs for all of AWS. Our two services need Flask.
 */
export function installMoto(): string {
  const parts = ['moto[secretsmanager,ssm]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5']
  return installPython('moto-5.2.5', ...parts)
}

if (import.meta.main) console.log(installMinistack())
