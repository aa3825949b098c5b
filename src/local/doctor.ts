import type { Check, DoctorOptions } from './doctor/check.js';
import { checkDisk, checkHome, checkNode, checkPlatform } from './doctor/machine.js';
import { checkModels, checkOpenAi, checkPython, checkTransformers } from './doctor/packages.js';
import { checkPostgres, checkStack, checkTemporal, checkVectors } from './doctor/services.js';

/** What this machine has and lacks for the local stack. Starts, downloads and changes nothing. */
export async function runDoctor(options: DoctorOptions): Promise<readonly Check[]> {
  const { home, environment } = options;
  const asked = await Promise.all([
    checkHome(home),
    checkDisk(home),
    checkPostgres(environment),
    checkTemporal(environment),
    checkVectors(environment),
    checkPython(),
    checkModels(environment),
    checkTransformers(),
    checkStack(options),
  ]);
  return [checkNode(), checkPlatform(environment), ...asked, checkOpenAi()];
}
