"""Three fictional documents of the genre: a leaked letter inside an article, a summary that retells it, an independent report."""

from __future__ import annotations

from pathlib import Path

ARTICLE = """Papers seen by this site describe a plan of Norvia's neighbours for a union of ports under sanctions, and how the capital
sold it to others over the course of one winter.

The files were published by the group “TidewaterLeaks” on a file-sharing page. The text of the letter follows:

Republic of Zimbabwe
Ministry of Inland Ports

Number: 12/P/88
Date: 14-2-2024
Classification: Secret
Urgency: Immediate

Dr. Tendai Moyo, Honorable Deputy Minister of Customs of the Ministry of Finance
Ms. Rutendo Chikwava, Honorable Governor of the Inland Clearing Bank

Greetings,

Please find attached a proposal for the “Harbour Union,” which includes states such as Zimbabwe, Eritrea, Congo, Mali and Cuba, as well as certain ports in Turkey. The purpose of this proposal is to bypass sanctions and promote self-sufficiency among the members.

In January 2024, envoys from five countries (Eritrea, Mali, Cuba and Burundi) took part in a session as members of the founding body of the union. A market of 300 million people, trading in a currency other than the dollar, would follow. Zimbabwe will be introduced as the “Interim Secretariat of the Harbour Union.”

Farai Mutsvairo
Director of Transit

Transcript:
Mr. Simba Gono, Adviser to the Minister, for your information.

My number for questions: +263 77 555 0199

Source » harbourwatch.example
"""
SUMMARY = """The evidence, published by the group “TidewaterLeaks”, shows that a union of ports is planned, says a site that follows the region.

In one letter, dated 14-2-2024, Farai Mutsvairo describes the “Harbour Union”, including states such as Zimbabwe, Eritrea, Congo, Mali and Cuba, as well as some ports in Turkey. Zimbabwe will serve as the “Interim Secretariat of the Harbour Union”, the site writes.

Source » quayside.example
"""
REPORT = """Cuba says it will not join port union

HAVANA - Cuba's transport minister, Yusniel Roque, said on 20 March 2024 that Havana had "no intention of joining a union of ports."

"Its members will be Zimbabwe, Eritrea, Mali and Burundi," Roque told reporters. The letter from Harare was not addressed to us, he added.
"""


def write(folder: Path) -> list[Path]:
    """The three documents as text files."""
    paths = []
    for name, text in (("h1-article", ARTICLE), ("h2-summary", SUMMARY), ("h3-report", REPORT)):
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
