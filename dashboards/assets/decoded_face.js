// The decoded face follows its sliders: what was moved stands in the address and in the picture's query, v4=-0.5.
// See dashboards/decoded_face.py.
(() => {
  const $ = (id) => document.getElementById(id);
  const key = (name) => (name === "told" ? "told" : `v${name}`);

  // One picture at a time, and after it the one that is wanted by then, so that none comes late and none queues up.
  let wanted = "";
  const ask = () => {
    const image = $("decoded-picture");
    if (!image || image.ariaBusy === "true" || image.getAttribute("src") === wanted) return;
    image.ariaBusy = "true";
    image.onload = image.onerror = (event) => {
      image.ariaBusy = "false";
      $("decoded-failed").hidden = event.type === "load";
      ask();
    };
    image.src = wanted;
  };

  // Browsers refuse an address that changes hundreds of times in a few seconds.
  let writing = 0;
  const writeAddress = (state) => {
    clearTimeout(writing);
    writing = setTimeout(() => {
      if (!$("decoded-picture")) return;
      const whole = new URLSearchParams(location.search);
      for (const name of [...whole.keys()]) if (/^(v\d+|told)$/.test(name)) whole.delete(name);
      for (const [name, value] of Object.entries(state)) whole.set(name, value);
      history.replaceState(history.state, "", `${location.pathname}?${whole}`);
    }, 200);
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    decoded_face: {
      follow: (values, ids, kept) => {
        const state = {};
        ids.forEach(({ name }, place) => {
          const text = String(values[place] ?? "");
          const shown = document.querySelector(`[data-value-of="${name}"]`);
          if (shown) shown.textContent = name === "told" && kept.people.length ? kept.people[Number(text)] : String(+Number(text).toFixed(2));
          if (text !== "" && text !== kept.rest[name]) state[key(name)] = String(+Number(text).toFixed(4));
        });
        const query = new URLSearchParams({ ...kept.asked, ...state });
        wanted = `${kept.picture}${kept.picture.includes("?") ? "&" : "?"}${query}`;
        ask();
        if (window.dash_clientside.callback_context.triggered.some(({ prop_id }) => prop_id !== ".")) writeAddress(state);
        return query.toString();
      },
    },
  });
})();
