/** The reports that are read. A record is taken by the first format that knows it. */
import { detectSecrets } from './detect-secrets.ts';
import type { ReportFormat } from './format.ts';
import { ggshield } from './ggshield.ts';
import { githubAlerts } from './github-alerts.ts';
import { gitlab } from './gitlab.ts';
import { gitleaks7, gitleaks8 } from './gitleaks.ts';
import { noseyparker } from './noseyparker.ts';
import { sarif } from './sarif.ts';
import { trufflehog } from './trufflehog.ts';
import { trufflehog2 } from './trufflehog2.ts';
import { trufflehog3 } from './trufflehog3.ts';

export const formats: readonly ReportFormat[] = [
  gitleaks8,
  gitleaks7,
  trufflehog,
  trufflehog2,
  trufflehog3,
  noseyparker,
  githubAlerts,
  gitlab,
  detectSecrets,
  ggshield,
  sarif,
];
