// A question without a club: what is about a club is left out, or says it in words about sanctions alone.

import { at, write } from "./dom.js";

/** Whether an answer is about no club. @param {object | null} answer */
export const clubless = (answer) => Boolean(answer) && !answer.tables.meta[0].members;
/** Whether a scenario knows no club that could be switched on. @param {object} controls */
export const knowsNone = ({ members, provisions }) => !members.secretariat && !members.list.length && !provisions.length;

// Tables of a run that say nothing where there is no club
const OF_CLUBS = ["gains", "provisions", "readings", "deterrence", "rests_on", "joining", "payment_proposals"];
/** The tables of a run without those about a club. @param {Record<string, object[]> | null} rows */
export const without = (rows) => rows && Object.fromEntries(Object.entries(rows).filter(([name]) => !OF_CLUBS.includes(name)));

const COST = "What the sanctions in force cost those they are on";
let before = null;

/** Words and choices of the first view. @param {boolean} none @param {{verdict: any, costs: any, map: any}} charts */
export function arrange(none, { verdict, costs, map }) {
  if (none === before) return;
  before = none;
  document.body.classList.toggle("clubless", none);
  verdict.retitled(none ? ["What sanctions cost", "All countries under broad sanctions together; billion USD a year. Lines run from the 5th to the 95th percentile of the draws."] : null);
  costs.retitled(none ? [COST, "What lifting them would give. Lines run from the 5th to the 95th percentile of the draws, ticks mark their median."] : null);
  map.retitled(none ? ["Where real income would change if the sanctions were lifted", "Green: gains. Purple: losses. Darkest, or on a dark screen brightest: the largest. Grey: no data of its own."] : null);
  write(at("figures").querySelector("summary"), none ? "The figures in per cent" : "The figures in per cent, and how strong a club would have to be");
  // of the map's views only the one of sanctions lifted is about this question
  const wanted = document.querySelector(`input[name='world'][value='${none ? "u_pct" : "c_pct"}']`);
  if (!wanted.checked) {
    wanted.checked = true;
    wanted.dispatchEvent(new Event("change"));
  }
}
