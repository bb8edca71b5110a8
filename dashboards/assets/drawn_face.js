// The drawn face follows its controls. What is not at rest is kept as the query has it, the same for the page's address
// and for its picture: {person: "7", au12: "0.8", au2_left: "1"}. See dashboards/drawn_face.py.
(() => {
  let page = null; // the element of the page that is shown; Dash makes another for every visit
  let kept = { rest: {}, people: 1 };
  let state = {};
  let given = {}; // what the controls show

  const isHere = () => page && page === $("drawn-face") && location.pathname === kept.path;
  const $ = (id) => document.getElementById(id);
  const isUnit = (name) => /^au\d+$/.test(name);
  const units = () => Object.keys(kept.rest).filter(isUnit);

  const sides = (name, of = state) => {
    if (of[name]) return [Number(of[name]), Number(of[name])];
    return [Number(of[`${name}_left`] || 0), Number(of[`${name}_right`] || 0)];
  };

  const shown = (name) => {
    if (!isUnit(name)) return state[name] ?? kept.rest[name];
    const [left, right] = sides(name);
    return String({ left, right }[state.side] ?? Math.max(left, right));
  };

  const keep = (name, text) => {
    if (text === kept.rest[name]) delete state[name];
    else state[name] = text;
  };

  const keepUnit = (name, value) => {
    let [left, right] = sides(name);
    if (state.side !== "right") left = value;
    if (state.side !== "left") right = value;
    for (const key of [name, `${name}_left`, `${name}_right`]) delete state[key];
    if (left === right) keep(name, String(left));
    else {
      if (left) state[`${name}_left`] = String(left);
      if (right) state[`${name}_right`] = String(right);
    }
  };

  // In the order of the server's own queries, so that one face has one address.
  const query = () => {
    const ordered = new URLSearchParams();
    for (const name of Object.keys(kept.rest)) {
      for (const key of isUnit(name) ? [name, `${name}_left`, `${name}_right`] : [name])
        if (key in state) ordered.set(key, state[key]);
    }
    return ordered;
  };

  // A control was moved, or says what it was just told.
  const take = (name, value) => {
    const text = typeof value === "boolean" ? (value ? "1" : "") : String(value ?? "");
    if (text === given[name] || (text === "" && kept.rest[name] !== "")) return;
    given[name] = text;
    if (isUnit(name)) keepUnit(name, Number(text));
    else keep(name, text);
  };

  // Tell the controls what does not come from them: a button, or the address.
  const tell = () => {
    for (const name of Object.keys(kept.rest)) {
      const text = shown(name);
      if (text === given[name]) continue;
      given[name] = text;
      const onOff = kept.rest[name] === "";
      const value = name === "person" ? Number(text) : text;
      const id = { type: onOff ? "face-switch" : "face", name };
      window.dash_clientside.set_props(id, onOff ? { checked: text === "1" } : { value });
    }
  };

  // Pictures: one at a time, and after it the one that is wanted by then, so that none comes late and none queues up.
  let wanted = "";
  let asked = "";
  const ask = () => {
    const image = $("face-picture");
    if (!image || image.ariaBusy === "true" || wanted === asked) return;
    asked = wanted;
    image.ariaBusy = "true";
    image.src = wanted;
  };
  const settle = (failed) => {
    $("face-picture").ariaBusy = "false";
    $("face-failed").hidden = !failed;
    ask();
  };

  // Browsers refuse an address that changes hundreds of times in a few seconds.
  let writing = 0;
  const writeAddress = () => {
    clearTimeout(writing);
    writing = setTimeout(() => {
      if (!isHere()) return;
      const whole = new URLSearchParams();
      for (const [key, value] of new URLSearchParams(location.search))
        if (key === "study" || key === "faces") whole.set(key, value);
      for (const [key, value] of query()) whole.set(key, value);
      const search = whole.size ? `?${whole}` : "";
      if (search !== location.search) history.replaceState(history.state, "", location.pathname + search);
    }, 200);
  };

  const inWords = (name) => {
    const [left, right] = sides(name);
    if (left === right) return left ? [`AU${name.slice(2)} ${left}`] : [];
    return [`AU${name.slice(2)} ${left} left, ${right} right`];
  };

  const show = () => {
    for (const value of page.querySelectorAll("[data-value-of]")) {
      const name = value.dataset.valueOf;
      const [left, right] = isUnit(name) && !state.side ? sides(name) : [0, 0];
      const text = left === right ? `${shown(name)}${value.dataset.suffix}` : `${left} left · ${right} right`;
      if (value.textContent !== text) value.textContent = text;
      value.parentElement.classList.toggle("is-up", shown(name) !== kept.rest[name]);
    }
    const isUp = (au) => Math.max(...sides(`au${au}`)) > 0;
    const listed = (text) => text.split(" ").filter(Boolean);
    for (const line of page.querySelectorAll("[data-up]"))
      line.hidden = !(listed(line.dataset.up).every(isUp) && !listed(line.dataset.down).some(isUp));
    for (const button of page.querySelectorAll("[data-units]")) {
      const wished = Object.fromEntries(new URLSearchParams(button.dataset.units));
      const same = units().every((name) => String(sides(name)) === String(sides(name, wished)));
      button.ariaPressed = String(same);
    }
    const moved = units().flatMap(inWords);
    $("face-caption").textContent = [`Person ${shown("person")}`, ...(moved.length ? moved : ["at rest"])].join(" · ");
    $("face-picture").alt = `Drawn face: ${$("face-caption").textContent}`;
    const text = query().toString();
    wanted = `/pictures/drawn-face.png${text && `?${text}`}`;
    $("face-download").href = wanted;
    ask();
    writeAddress();
  };

  const begin = (data) => {
    page = $("drawn-face");
    kept = data;
    state = { ...data.state };
    given = Object.fromEntries(Object.keys(kept.rest).map((name) => [name, shown(name)]));
    const image = $("face-picture");
    asked = image.getAttribute("src");
    image.decoding = "sync";
    image.ariaBusy = String(!image.complete);
    image.addEventListener("load", () => settle(false));
    image.addEventListener("error", () => settle(true));
  };

  const change = (next) => {
    state = next;
    tell();
    show();
  };

  const press = ({ units: wished, step, reset }) => {
    if (reset) return change({});
    if (wished !== undefined) {
      const others = Object.entries(state).filter(([key]) => !/^au\d/.test(key));
      return change({ ...Object.fromEntries(others), ...Object.fromEntries(new URLSearchParams(wished)) });
    }
    const many = kept.people;
    const to = step === "random" ? Math.floor(Math.random() * many) : Number(shown("person")) + Number(step);
    keep("person", String((to + many) % many));
    return change(state);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("#drawn-face button.face-button");
    if (button) press(button.dataset);
  });

  // A link to this page: Dash, which was not told of every move, may see no change in it.
  const arrive = () => {
    if (!isHere()) return;
    clearTimeout(writing);
    const next = Object.fromEntries(new URLSearchParams(location.search));
    delete next.study;
    delete next.faces;
    change(next);
  };
  window.addEventListener("_dashprivate_pushstate", arrive);
  window.addEventListener("popstate", arrive);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    drawn_face: {
      follow: (_values, _checked, data) => {
        const { triggered } = window.dash_clientside.callback_context;
        if (page !== $("drawn-face")) begin(data);
        for (const { prop_id, value } of triggered) {
          const id = prop_id.slice(0, prop_id.lastIndexOf("."));
          if (id.startsWith("{")) take(JSON.parse(id).name, value);
        }
        tell();
        show();
        return query().toString();
      },
    },
  });
})();
