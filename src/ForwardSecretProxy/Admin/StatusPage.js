"use strict";
const EVERY = 5000, MINUTES = 60;
const FAILED = { client_closed: "the client went away", refused: "refused", unrecognized_name: "unknown name",
  client_hello_too_large: "ClientHello too large", client_certificate_refused: "client certificate refused", timed_out: "timed out", signing_failed: "the token did not sign",
  token_busy: "the token is too busy",
  turned_away: "turned away", aborted: "broken off" };
const CHARTS = [
  { key: "result", title: "All handshakes", name: value => ({ full: "full", resumed: "resumed" })[value] ?? `failed: ${FAILED[value] ?? value}`,
    order: ["full", "resumed"] },
  { key: "version", title: "TLS version", name: value => `TLS ${value}`, order: ["1.3", "1.2"] },
  { key: "group", title: "Key exchange group", name: value => value, order: ["X25519MLKEM768", "X25519", "P-256", "P-384"] },
  { key: "cipherSuite", title: "Cipher suite", name: value => value, order: [] }];
const number = value => value.toLocaleString("en-GB");
const sum = values => values.reduce((total, value) => total + value, 0);
const byId = id => document.getElementById(id);
const svgName = "http://www.w3.org/2000/svg";

function element(name, attributes, ...children) {
  const made = ["svg", "rect", "line", "text", "path", "title", "circle", "g"].includes(name)
    ? document.createElementNS(svgName, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}
function span(seconds) {
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, "second"];
  const count = Math.max(0, Math.floor(seconds / size));
  return `${number(count)} ${unit}${count === 1 ? "" : "s"}`;
}
function milliseconds(value) {
  return value === null ? "-" : `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}
function clock(history, index) {
  const time = new Date(Date.parse(history.firstMinute) + index * 60000);
  return time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map(factor => factor * power).find(step => step >= value * 0.9999);
}

/* A frame for an hour: two grid lines with labels, the time below. Drawn for a phone's width where that is what there is,
   so that its letters stay as large as the others. */
const narrow = matchMedia("(max-width: 34rem)").matches;
const W = narrow ? 300 : 420, H = 150, LEFT = 44, RIGHT = W - 8, TOP = 12, BOTTOM = 124;
function frame(label, history, most, format) {
  const svg = element("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": label });
  for (const part of [0.5, 1]) {
    const y = BOTTOM - (BOTTOM - TOP) * part;
    svg.append(element("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y, y2: y }),
      element("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, format(most * part)));
  }
  for (const [index, anchor] of narrow ? [[0, "start"], [30, "middle"], [59, "end"]] : [[0, "start"], [20, "middle"], [40, "middle"], [59, "end"]])
    svg.append(element("text", { x: LEFT + (RIGHT - LEFT) * (index + (index === 59 ? 1 : 0)) / MINUTES, y: BOTTOM + 18, "text-anchor": anchor },
      index === 59 ? "now" : clock(history, index)));
  svg.append(element("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: BOTTOM, y2: BOTTOM }));
  return svg;
}
function table(head, rows, caption) {
  return element("details", {}, element("summary", {}, "As a table"),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, element("table", {},
      element("thead", {}, element("tr", {}, ...head.map(cell => element("th", { scope: "col" }, cell)))),
      element("tbody", {}, ...rows.map(([first, ...cells]) => element("tr", {},
        element("th", { scope: "row" }, first), ...cells.map(cell => element("td", {}, cell))))))));
}
function mark(style) {
  return element("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, element("rect", { class: style, width: 10, height: 10, rx: 2 }));
}

function stackedChart(chart, history) {
  const found = history.counts[chart.key] ?? [];
  const place = value => { const index = chart.order.indexOf(value.name); return index < 0 ? 99 : index; };
  const series = [...found].sort((a, b) => place(a) - place(b));
  let other = chart.order.length;
  const style = value => chart.key === "result" && place(value) === 99 ? "failed"
    : `s${Math.min(place(value) < 99 ? place(value) : other++, 5)}`;
  const styles = new Map(series.map(value => [value.name, style(value)]));
  const totals = Array.from({ length: MINUTES }, (_, i) => sum(series.map(value => value.perMinute[i])));
  const all = sum(totals), peak = Math.max(...totals);
  const said = all === 0 ? "no handshake in the last hour" : series.map(value =>
    `${chart.name(value.name)} ${number(sum(value.perMinute))}`).join(", ");
  const most = Math.max(4, roundUp(peak));
  const svg = frame(`${chart.title}, per minute: ${said}.`, history, most, value => number(Math.round(value)));
  const step = (RIGHT - LEFT) / MINUTES;
  for (let minute = 0; minute < MINUTES; minute++) {
    let y = BOTTOM;
    const bar = element("g", {});
    for (const value of series) {
      const height = value.perMinute[minute] / most * (BOTTOM - TOP);
      if (height === 0) continue;
      y -= Math.max(height, 0.75);
      bar.append(element("rect", { class: styles.get(value.name), x: (LEFT + minute * step + 0.6).toFixed(1), y: y.toFixed(1),
        width: (step - 1.2).toFixed(1), height: Math.max(height, 0.75).toFixed(1) }));
    }
    if (bar.childNodes.length === 0) continue;
    bar.prepend(element("title", {}, `${clock(history, minute)}: ` + series.filter(value => value.perMinute[minute] > 0)
      .map(value => `${chart.name(value.name)} ${number(value.perMinute[minute])}`).join(", ")));
    svg.append(bar);
  }
  if (all === 0) svg.append(element("text", { class: "empty", x: (LEFT + RIGHT) / 2, y: (TOP + BOTTOM) / 2 + 4, "text-anchor": "middle" },
    "No client has come yet."));
  const rows = totals.map((total, i) => [clock(history, i), ...series.map(value => number(value.perMinute[i])), number(total)])
    .filter((_, i) => totals[i] > 0).reverse();
  return element("article", { class: "card", "data-chart": chart.key },
    element("h3", {}, chart.title, element("span", {}, all === 0 ? "none" : number(all))),
    svg,
    element("ul", { class: "legend" }, ...series.map(value => element("li", {}, mark(styles.get(value.name)),
      element("span", {}, ...breakable(chart.name(value.name))),
      element("span", { class: "value" }, `${number(sum(value.perMinute))} · ${percent(sum(value.perMinute) / all)}`)))),
    all === 0 ? null : table(["Minute", ...series.map(value => chart.name(value.name)), "all"], rows, `${chart.title}, per minute`));
}
const breakable = name => name.split(/(?<=_)/).flatMap((part, i) => i === 0 ? [part] : [element("wbr"), part]);
const percent = part => part > 0 && part < 0.01 ? "<1%" : part < 1 && part > 0.99 ? ">99%" : `${Math.round(part * 100)}%`;

function tokenCard(token, history) {
  const times = history.signatures.find(each => each.token === token.label);
  const made = times ? sum(times.perMinute) : 0;
  const last = times ? times.perMinute.findLastIndex(count => count > 0) : -1;
  const most = roundUp(Math.max(0.1, ...(times?.p99 ?? []).map(value => value ?? 0)));
  const svg = frame(made === 0 ? `${token.label}: no signature in the last hour.` :
    `${token.label}: time of a signature per minute. Last, half within ${milliseconds(times.p50[last])} and 99 in 100 within ${milliseconds(times.p99[last])}.`,
    history, most, value => `${+value.toPrecision(2)} ms`);
  const x = minute => LEFT + (RIGHT - LEFT) * (minute + 0.5) / MINUTES, y = value => BOTTOM - value / most * (BOTTOM - TOP);
  for (const [key, style] of made === 0 ? [] : [["p99", "s1"], ["p50", "s0"]]) {
    let path = "";
    times[key].forEach((value, i) => {
      if (value === null) return;
      path += `${path && times[key][i - 1] !== null ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      const alone = (times[key][i - 1] ?? null) === null && (times[key][i + 1] ?? null) === null;
      svg.append(element("circle", { class: style, cx: x(i).toFixed(1), cy: y(value).toFixed(1), r: alone ? 2.5 : 0.1 },
        element("title", {}, `${clock(history, i)}: ${key} ${milliseconds(value)}`)));
    });
    svg.append(element("path", { class: `line ${style}`, d: path }));
  }
  if (made === 0) svg.append(element("text", { class: "empty", x: (LEFT + RIGHT) / 2, y: (TOP + BOTTOM) / 2 + 4, "text-anchor": "middle" },
    "No signature in the last hour."));
  const use = token.sessionsLimit ? token.sessionsInUse / token.sessionsLimit : 0;
  return element("article", { class: "card token", "data-token": token.label },
    element("h3", {}, token.label, element("span", {}, token.model)),
    svg,
    element("div", {}, element("ul", { class: "legend" },
      ...(made === 0 ? [] : [["p50", "s0", "half within (p50)"], ["p99", "s1", "99 in 100 within (p99)"]]).map(([key, style, name]) =>
        element("li", {}, mark(style), element("span", {}, name), element("span", { class: "value" }, milliseconds(times[key][last]))))),
    element("div", { class: "sessions", "aria-hidden": "true" }, element("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none" },
      element("rect", { class: use > 0.9 ? "failed" : "s0", width: Math.min(100, use * 100), height: 1 }))),
    element("p", { class: "quiet" }, `${number(token.sessionsInUse)} of at most ${number(token.sessionsLimit)} sessions sign now`
      + (token.queued > 0 ? `, ${number(token.queued)} handshakes wait` : ", nobody waits") + `. ${number(made)} signatures in the last hour.`),
    ...token.keys.map(use => element("p", { class: "quiet" }, `${use.key}: its signer has signed ${number(use.signatures)} times, `
      + `refused ${number(use.refused)}, limited ${number(use.limited)}, failed ${number(use.failed)}.`))),
    made === 0 ? null : table(["Minute", "signatures", "p50", "p99"], times.perMinute.map((count, i) =>
      [clock(history, i), number(count), milliseconds(times.p50[i]), milliseconds(times.p99[i])])
      .filter((_, i) => times.perMinute[i] > 0).reverse(), `${token.label}, signatures per minute`));
}

function certificateCard(certificate) {
  const failed = certificate.gate.filter(finding => !finding.passed).length;
  const days = certificate.daysLeft, date = certificate.notAfter.slice(0, 10);
  const life = (Date.parse(certificate.notAfter) - Date.parse(certificate.notBefore)) / 86400000;
  const left = days < 0 ? `expired on ${date}` : `${date}, in ${days < 1 ? "less than a day" : span(days * 86400)}`;
  const fact = (name, ...value) => [element("dt", {}, name), element("dd", {}, ...value)];
  return element("article", { class: "card", "data-certificate": certificate.name },
    element("h3", {}, certificate.name, element("span", {}, certificate.keyAlgorithm)),
    element("dl", { class: "facts" },
      ...fact("Names", certificate.dnsNames.join(", ") || "none"),
      ...fact("Expires", element("span", { class: days < Math.min(7, life / 9) ? "bad" : days < Math.min(21, life / 3) ? "warn" : "" }, left)),
      ...fact("Key", element("span", { class: "mono" }, certificate.key)),
      ...fact("Token", certificate.token),
      ...fact("Signs", certificate.cannotSign ? element("span", { class: "bad" }, `no: ${certificate.cannotSign}`) : "yes, tried just now"),
      ...certificate.keys.flatMap(key => fact(key.role[0].toUpperCase() + key.role.slice(1), element("span", { class: "mono" }, key.key), " ",
        element("span", { class: key.problem ? "bad" : "good" },
          key.problem ? `✕ does not sign: ${key.problem}` : key.state === "inUse" ? "✓ in use" : "✓ stands by"))),
      ...(certificate.keys.length ? fact("Fail-overs", number(certificate.failOvers)) : []),
      ...fact("Schemes", element("span", { class: "mono" }, certificate.schemes.join(", "))),
      ...fact("Key gate", element("span", { class: certificate.gatePassed ? "good" : "bad" },
        certificate.gatePassed ? `✓ passed all ${certificate.gate.length} checks` : `✕ ${failed} of ${certificate.gate.length} checks failed`))),
    element("details", { "data-open": `gate-${certificate.name}` }, element("summary", {}, "What the key gate looked at"),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Key gate, ${certificate.name}` },
        element("ul", { class: "gate" }, ...certificate.gate.map(finding => element("li", {},
          element("b", { class: finding.passed ? "good" : "bad" }, finding.passed ? "✓ pass" : "✕ FAIL"),
          element("span", {}, ...breakable(finding.check)),
          element("span", { class: "quiet" }, ...breakable(`wanted ${finding.wanted}, found ${finding.found}`))))))));
}

function figures(status) {
  const { load, history } = status;
  const results = history.counts.result ?? [];
  const good = results.filter(value => value.name === "full" || value.name === "resumed");
  const done = sum(good.map(value => sum(value.perMinute))), failed = sum(results.map(value => sum(value.perMinute))) - done;
  const resumed = sum(results.filter(value => value.name === "resumed").map(value => sum(value.perMinute)));
  const lastMinute = sum(good.map(value => value.perMinute[MINUTES - 2]));
  const requests = sum((history.counts.requests ?? []).map(value => sum(value.perMinute)));
  const soonest = Math.min(...status.certificates.map(certificate => certificate.daysLeft));
  return [
    ["Handshakes, last hour", number(done), failed > 0 ? `${number(failed)} more failed` : done > 0 ? "none failed" : "no client yet"],
    ["In the last full minute", number(lastMinute), done > 0 ? `${percent(resumed / done)} resumed this hour` : "handshakes"],
    ["Connections", number(load.connectionsOpen), `of at most ${number(load.connectionsLimit)}`
      + (load.connectionsTurnedAway > 0 ? `, ${number(load.connectionsTurnedAway)} turned away` : "")],
    ["Requests, last hour", number(requests), `${number(load.requestsActive)} in progress`],
    ["Refused signatures", number(load.signaturesRefused), "asked for what TLS never signs"],
    ["First to expire", soonest < 0 ? "expired" : soonest < 1 ? "< 1 day" : span(soonest * 86400), status.certificates.length === 1
      ? "one certificate" : `of ${number(status.certificates.length)} certificates`]];
}

let shownWarnings = "";
function show(status) {
  const open = new Set([...document.querySelectorAll("details[open]")].map(details => key(details)));
  const scrolled = new Map([...document.querySelectorAll(".scroll")].map(area => [area.ariaLabel, [area.scrollLeft, area.scrollTop]]));
  const focused = document.activeElement?.closest?.("details"), focusedKey = focused && key(focused);
  byId("version").textContent = status.version;
  byId("state").textContent = { ready: "Ready", draining: "Stopping" }[status.state] ?? "Not ready";
  byId("state").className = status.state;
  document.title = `${byId("state").textContent} - Forward Secret Proxy`;
  byId("since").textContent = `Up for ${span((Date.parse(status.now) - Date.parse(status.started)) / 1000)}, with ${status.openSsl.split(" ").slice(0, 2).join(" ")}.`;
  const words = { error: "✕ Error", warning: "! Warning", note: "i Note" };
  // Only when they are others: what is put there anew is read out anew.
  if (JSON.stringify(status.warnings) !== shownWarnings) byId("warnings").replaceChildren(...status.warnings.map(warning =>
    element("li", { class: `notice ${warning.severity}` },
      element("b", {}, `${words[warning.severity]}: ${warning.subject}`), element("span", {}, warning.message))));
  shownWarnings = JSON.stringify(status.warnings);
  byId("figures").replaceChildren(...figures(status).map(([name, value, more]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, element("b", {}, value), element("span", {}, more)))));
  byId("charts").replaceChildren(...CHARTS.map(chart => stackedChart(chart, status.history)));
  byId("token-list").replaceChildren(...status.tokens.map(token => tokenCard(token, status.history)));
  byId("listeners").replaceChildren(...status.listeners.map(listener => element("li", { class: "card" },
    element("span", { class: "quiet" }, listener.name), element("b", {}, listener.address),
    element("span", { class: "quiet" }, listener.certificates.length ? `with ${listener.certificates.join(", ")}` : "without TLS: redirects"),
    ...listener.backends.map(backend => element("span", { class: "quiet" },
      `${listener.protocol} to ${backend.address}: ${backend.answers ? `${backend.connections} open` : "does not answer"}`)))));
  byId("certificates").replaceChildren(...status.certificates.map(certificateCard));
  byId("policy").textContent = `Offered: TLS ${status.policy.versions.join(" and ")}; key exchange in ${status.policy.groups.join(", ")}; `
    + (status.policy.resumption ? "returning clients may resume, with a new key exchange." : "no resumption.");
  for (const details of document.querySelectorAll("details")) {
    details.open = open.has(key(details));
    if (key(details) === focusedKey) details.querySelector("summary").focus({ preventScroll: true });
  }
  for (const area of document.querySelectorAll(".scroll")) [area.scrollLeft, area.scrollTop] = scrolled.get(area.ariaLabel) ?? [0, 0];
}
const key = details => details.querySelector(".scroll").ariaLabel;

async function refresh() {
  try {
    const answer = await fetch("/status", { signal: AbortSignal.timeout(EVERY) });
    if (!answer.ok) throw new Error(answer.statusText);
    const status = await answer.json();
    if (document.getSelection()?.isCollapsed ?? true) show(status);
    byId("stale").hidden = true;
  } catch {
    byId("stale").textContent = "No answer any more: what you see is old.";
    byId("stale").hidden = false;
  }
  setTimeout(refresh, EVERY);
}
show(JSON.parse(byId("status").textContent));
setTimeout(refresh, EVERY);
