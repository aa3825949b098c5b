import type { ComparisonReport } from '../../domain/eval/report.js';

/** What a person can do now, command first. */
export function nextSteps({ verdict, runCard, queriesNeeded, queries }: ComparisonReport): readonly string[] {
  const { index, live, candidate } = runCard;
  const flip = live ? `searches move from ${live.collection} to ${candidate.collection} in one step` : 'it goes live';
  const reject = `\`cutover reject ${index} --reason "…"\`: ${live ? `version ${live.version} stays` : 'nothing goes live'}`;
  switch (verdict) {
    case null:
    case 'PASS':
      return [`\`cutover approve ${index}\`: ${flip}`, reject];
    case 'FAIL':
      return [reject, `\`cutover approve ${index} --override --reason "…"\`: ${flip}, marked as an override for ever`];
    case 'INCONCLUSIVE':
      return [
        ...(queriesNeeded === null
          ? []
          : [`judge more queries: about ${queriesNeeded} would decide, there are ${queries}`]),
        `\`cutover approve ${index} --reason "…"\`: ${flip}, on your word`,
        reject,
      ];
    case 'NEEDS-JUDGING':
      return [
        queries === 0
          ? 'name judged queries in cutover.yaml (evaluation.queries, evaluation.qrels) and compare again'
          : 'judge what the candidate shows and nobody judged, and compare again',
        `\`cutover approve ${index} --reason "…"\`: ${flip}, on your word`,
        reject,
      ];
  }
}
