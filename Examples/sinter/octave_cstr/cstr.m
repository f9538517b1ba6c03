% Tanks in a row, in each of which A reacts by second order: flow (c0 - c) = k c^2 volume.
% The balances are solved by iteration, as those of a real model would be.
in = jsondecode (fileread ("inputs.json"));
k = in.rate.k0 * exp (-in.rate.Ea / (8.31446261815324 * in.T));
c0 = in.feed.concentration;
c = zeros (size (in.volumes));
for tank = 1:numel (in.volumes)
  balance = @(x) in.feed.flow * (c0 - x) - k * x^2 * in.volumes(tank);
  try
    c(tank) = fzero (balance, [0, c0], optimset ("TolX", 1e-14));
  catch problem
    printf ("no steady state in tank %d: %s\n", tank, problem.message);
    exit (1);
  end
  c0 = c(tank);
end
if in.T > 350
  printf ("warning: %g K is beyond the range of the rate constant\n", in.T);
end
out.concentration = c;
out.conversion = 1 - c(end) / in.feed.concentration;
out.rate.k = k;
file = fopen ("outputs.json", "w");
fputs (file, jsonencode (out));
fclose (file);
