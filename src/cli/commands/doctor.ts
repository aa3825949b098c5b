import { runDoctor } from '../../local/doctor.js';
import type { CommandDefinition } from '../command.js';

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const;

export const doctor: CommandDefinition = {
  name: 'doctor',
  usage: '',
  summary: 'check what this machine has and lacks',
  description:
    'Node, Postgres, Temporal, Qdrant, models, optional packages, disk: what is there, and how to get what is not.',
  options: [],
  examples: [['doctor', 'before the first start, or when something does not start']],
  async run({ context }) {
    const checks = await runDoctor({ home: context.home, environment: context.environment });
    const failed = checks.filter(({ ok }) => ok === 'fail');
    return {
      exitCode: failed.length === 0 ? 0 : 1,
      fields: { checks: checks.map((check) => ({ ...check, hint: check.hint ?? null })) },
      text: [
        ...checks.map(
          ({ name, ok, detail, hint }) => `${MARKS[ok]} ${name.padEnd(14)} ${detail}${hint ? `\n    ${hint}` : ''}`,
        ),
        '',
        failed.length === 0 ? 'Ready. Try `cutover demo`.' : `${failed.length} of ${checks.length} checks failed.`,
      ].join('\n'),
    };
  },
};
